/** Tests with a mail server: the server hands its mail to one that is real, and the test opens it. */
import { expect } from '@playwright/test'
import Database from 'better-sqlite3'
import { test as base } from '../fixtures'
import { MailServer, type Received } from '../../lib/testing/mail-server'
import { Server } from './server'

export { expect } from '@playwright/test'

interface Workers {
  post: MailServer
}

export const test = base.extend<{ notices: NoticeRows; calm: void }, Workers>({
  post: [
    async ({}, provide) => {
      const post = await MailServer.start()
      await provide(post)
      await post.stop()
    },
    { scope: 'worker' },
  ],

  server: [
    async ({ post }, provide) => {
      const server = await Server.start({ mail: post.url })
      await provide(server)
      await server.dispose()
    },
    { scope: 'worker' },
  ],

  /** Trouble that a test made for itself. */
  calm: [
    async ({ post }, provide) => {
      await provide()
      post.refusal = undefined
      post.beforeAnswer = undefined
    },
    { auto: true },
  ],

  notices: async ({ server }, provide) => {
    const rows = new NoticeRows(server.databaseFile)
    await provide(rows)
    rows.close()
  },
})

type Page = 'confirm-email' | 'reset-password' | 'not-me' | 'forgot-password'

const lettersTo = (post: MailServer, email: string) => post.received.filter(({ to }) => to.includes(email))

/** The newest letter to somebody that leads to a page, once it is there. */
export async function letterTo(post: MailServer, email: string, page: Page): Promise<Received> {
  const leadsThere = (letter: Received) => new URL(linkIn(letter)).pathname === `/${page}`
  const find = () => lettersTo(post, email).findLast(leadsThere)
  await expect.poll(find, { message: `a letter to ${email}` }).toBeDefined()
  return find()!
}

/** How many letters somebody has got. */
export const lettersOf = (post: MailServer, email: string): number => lettersTo(post, email).length

/** The address behind a letter's button. */
export function linkIn({ html }: Received): string {
  const [, href = ''] = /<a href="([^"]+)"/.exec(html) ?? []
  return href
}

export const tokenIn = (letter: Received): string => linkIn(letter).split('#')[1] ?? ''

export interface NoticeRow {
  id: string
  type: string
  mailTries: number
  mailDueAt: string | null
  mailSentAt: string | null
}

/** As Prisma's adapter writes a DateTime. */
const stored = (time: number): string => new Date(time).toISOString().replace('Z', '+00:00')

/** The notices in a server's database. */
export class NoticeRows {
  readonly #database: Database.Database

  constructor(file: string) {
    this.#database = new Database(file, { fileMustExist: true, timeout: 5000 })
  }

  close(): void {
    this.#database.close()
  }

  of(email: string): NoticeRow[] {
    return this.#database
      .prepare(
        'SELECT n.* FROM Notice n JOIN User u ON u.id = n.userId WHERE u.email = ? ORDER BY n.createdAt',
      )
      .all(email) as NoticeRow[]
  }

  /** Lets a link be so many seconds older. */
  age(id: string, seconds: number): void {
    const [{ linkEndsAt }] = this.#database.prepare('SELECT linkEndsAt FROM Notice WHERE id = ?').all(id) as [
      { linkEndsAt: string },
    ]
    this.#database
      .prepare('UPDATE Notice SET linkEndsAt = ? WHERE id = ?')
      .run(stored(Date.parse(linkEndsAt) - seconds * 1000), id)
  }

  /** The pause before the next try is over. */
  hurry(email: string): void {
    this.#database
      .prepare(
        'UPDATE Notice SET mailDueAt = ? WHERE mailDueAt IS NOT NULL AND userId = (SELECT id FROM User WHERE email = ?)',
      )
      .run(stored(Date.now()), email)
  }
}
