/** How the server stops: at first nobody is sent here any more, then who waits is sent away, and what is under way is finished. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { endHeld } from '../lib/limits/held'
import { log } from '../lib/log'
import { stopBeingReady } from './operation'

/** A load balancer that asks each second has noticed by then. */
const NOTICED_WITHIN_MS = 2_000
const FINISHED_WITHIN_MS = 5_000
/** Less than the ten seconds that supervisors commonly wait before they kill. */
const GONE_WITHIN_MS = 9_000

interface Work {
  /** Whether somebody in front sends callers here, who has to notice first. */
  isBehindProxy: boolean
  /** Ends what goes on beside answers. */
  end: () => Promise<unknown>
  /** Closes what answers need. */
  close: () => Promise<unknown>
}

/** Stops a server within ten seconds, whatever hangs. */
export async function stop(server: Server, work: Work): Promise<void> {
  const ended = inTurn(server, work).then(() => 'ended')
  const late = wait(GONE_WITHIN_MS).then(() => 'late')
  if ((await Promise.race([ended, late])) === 'late')
    log().warn({ event: 'stopped_late' }, 'the server stops before all of it has ended')
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function inTurn(server: Server, { isBehindProxy, end, close }: Work): Promise<void> {
  stopBeingReady()
  server.prependListener('request', endConnection)
  // Until they are sent elsewhere, callers are answered as ever: whoever is refused here takes longer to come back.
  if (isBehindProxy) await wait(NOTICED_WITHIN_MS)
  endHeld()
  await Promise.all([drain(server), end()])
  await close()
}

/** The next request on this connection would come too late. */
const endConnection = (_: IncomingMessage, response: ServerResponse): void =>
  void response.setHeader('Connection', 'close')

/** Answers what is under way, takes nothing new, and does not wait for ever. */
async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // A connection whose answer was under way is idle only after it.
  const sweeping = setInterval(() => server.closeIdleConnections(), 50)
  const timer = setTimeout(() => server.closeAllConnections(), FINISHED_WITHIN_MS)
  await closed
  clearInterval(sweeping)
  clearTimeout(timer)
}
