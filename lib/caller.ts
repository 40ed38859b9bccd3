/** Who calls, as the front door saw it. */
import type { Agent } from './user-agent'

export interface Caller {
  /** Null where it could not be determined. */
  address: string | null
  /** The key for limits per address. */
  bucket: string
  agent: Agent
}
