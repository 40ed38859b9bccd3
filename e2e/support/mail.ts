/** Tests with a mail server: the server hands its mail to one that is real, and the test opens it. */
import { expect } from '@playwright/test'
import { test as base } from '../fixtures'
import { MailServer, type Received } from '../../lib/testing/mail-server'
import { engineOf, stored, type Engine } from './engine'
import { moveTimes } from './requests'
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
    const rows = new NoticeRows(server)
    await provide(rows)
    await rows.close()
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

/** The notices in a server's database. */
export class NoticeRows {
  readonly #engine: Engine

  constructor(server: Server) {
    this.#engine = engineOf(server)
  }

  close(): Promise<void> {
    return this.#engine.close()
  }

  /** Oldest first. */
  of(email: string): Promise<NoticeRow[]> {
    return this.#engine.ask(
      `SELECT n.* FROM "Notice" n JOIN "User" u ON u."id" = n."userId" WHERE u."email" = ? ORDER BY n."createdAt"`,
      email,
    )
  }

  async firstOf(email: string): Promise<NoticeRow | undefined> {
    return (await this.of(email))[0]
  }

  async areSent(email: string): Promise<boolean> {
    return (await this.of(email)).every(({ mailDueAt }) => mailDueAt === null)
  }

  /** Lets a link be so many seconds older. */
  async age(id: string, seconds: number): Promise<void> {
    await moveTimes(this.#engine, 'Notice', 'id', id, ['linkEndsAt'], seconds)
  }

  /** The pause before the next try is over. */
  async hurry(email: string): Promise<void> {
    await this.#engine.ask(
      `UPDATE "Notice" SET "mailDueAt" = ?
       WHERE "mailDueAt" IS NOT NULL AND "userId" = (SELECT "id" FROM "User" WHERE "email" = ?)`,
      stored(Date.now()),
      email,
    )
  }
}
