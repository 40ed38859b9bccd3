/** Looks at the transactions of `db().move`, until the end of the test. */
import { vi } from 'vitest'
import { db } from '../db'
import type { Runner, Statement } from '../sql'

interface Watching {
  /** Before each transaction. */
  before?: () => Promise<unknown>
  /** With what each statement brings. */
  rows?: (rows: object[]) => void
}

export function watchTransactions({ before, rows: look }: Watching): void {
  const move = db().move.bind(db())
  vi.spyOn(db(), 'move').mockImplementation(async (run) => {
    await before?.()
    return move((tx) => run(looking(tx, look)))
  })
}

const looking = (tx: Runner, look: Watching['rows']): Runner => ({
  async $queryRaw<Rows>(statement: Statement) {
    const rows = await tx.$queryRaw<object[]>(statement)
    look?.(rows)
    return rows as Rows
  },
})
