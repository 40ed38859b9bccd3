/** What a database does for the rest of the program. */
import type { Prisma, PrismaClient } from '../generated/prisma/client'
import type { Runner } from '../sql'

/** Prisma's client inside of a transaction. */
export type Transaction = Prisma.TransactionClient

export interface Database {
  /**
   * Runs a read outside of any transaction.
   * @throws AppError `unavailable` when the database can't answer
   */
  read<T>(run: (client: PrismaClient) => Promise<T>): Promise<T>
  /**
   * The same by prepared statements.
   * @throws AppError `unavailable` when the database can't answer
   */
  query<T>(run: (client: Runner) => Promise<T>): Promise<T>
  /**
   * Runs changes in one transaction. What `run` throws rolls them back; it may run again where the database asks for that.
   * @throws AppError `unavailable` when the database can't answer
   */
  write<T>(run: (tx: Transaction) => Promise<T>): Promise<T>
  /**
   * The same by prepared statements.
   * @throws AppError `unavailable` when the database can't answer
   */
  move<T>(run: (tx: Runner) => Promise<T>): Promise<T>
  /** Runs `work` once the transaction has committed; where it rolls back, never. */
  afterCommit(tx: Runner, work: () => void): void
  /** How many connections there are, by what they do. */
  connections(): Record<string, number>
  close(): Promise<void>
}
