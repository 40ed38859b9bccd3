import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { db } from '../db'
import { settings } from '../env'
import type { Notice } from '../generated/prisma/client'
import { later, makeUser, NOON } from '../testing/people'
import { notify } from './notice'
import { Outbox, pauseSeconds, Undeliverable, wakeOutbox, type Send } from './outbox'

let now = NOON
let sent: Notice[]
const outboxes: Outbox[] = []

beforeEach(async () => {
  vi.spyOn(settings(), 'smtpUrl', 'get').mockReturnValue('smtp://mail.example')
  await db().write((tx) => tx.notice.deleteMany())
  now = NOON
  sent = []
})
afterEach(async () => {
  await Promise.all(outboxes.splice(0).map((outbox) => outbox.stop()))
})

const keep: Send = async (notice) => {
  sent.push(notice)
  return true
}

function outboxThat(send: Send, lookEveryMs = 600_000): Outbox {
  const outbox = new Outbox({ send, clock: () => now, lookEveryMs })
  outboxes.push(outbox)
  return outbox
}

/** Somebody with a confirmed address is told of a new password. */
async function written(count = 1): Promise<void> {
  const { id } = await makeUser()
  await db().write(async (tx) => {
    await tx.user.update({ where: { id }, data: { emailConfirmedAt: NOON } })
    for (let i = 0; i < count; i++) await notify(tx, { userId: id, type: 'password_changed' }, now)
  })
}

const rows = () => db().read((client) => client.notice.findMany())
const row = async () => (await rows())[0]!
const fail = (error: Error): Send => vi.fn().mockRejectedValue(error)

describe('an outbox', () => {
  test('sends what is due, once', async () => {
    await written(9)
    const outbox = outboxThat(keep)
    await outbox.empty()
    await outbox.empty()
    expect(new Set(sent.map(({ id }) => id)).size).toBe(9)
    expect(sent).toHaveLength(9)
    expect(await row()).toMatchObject({ mailDueAt: null, mailSentAt: NOON, mailTries: 1 })
  })

  test('is woken by what was written, after its transaction', async () => {
    outboxThat(keep)
    await written()
    await vi.waitFor(() => expect(sent).toHaveLength(1))
  })

  test('is not woken by what was taken back', async () => {
    const send = vi.fn(keep)
    const { id } = await makeUser()
    outboxThat(send)
    const taken = db().write(async (tx) => {
      await notify(tx, { userId: id, type: 'password_changed' }, now)
      throw new Error('taken back')
    })
    await expect(taken).rejects.toThrow('taken back')
    expect(await rows()).toEqual([])
    expect(send).not.toHaveBeenCalled()
  })

  test('finds by itself what another process wrote', async () => {
    await written()
    await db().write((tx) => tx.notice.updateMany({ data: { mailDueAt: later(10) } }))
    outboxThat(keep, 20)
    expect(sent).toEqual([])
    now = later(10)
    await vi.waitFor(() => expect(sent).toHaveLength(1))
  })

  test('beside another one never sends the same twice', async () => {
    await written(30)
    const both = [outboxThat(keep), outboxThat(keep)]
    await Promise.all(both.map((outbox) => outbox.empty()))
    expect(sent).toHaveLength(30)
    expect(new Set(sent.map(({ id }) => id)).size).toBe(30)
  })

  test('sends on while one of them hangs', async () => {
    await written(6)
    let go = () => {}
    const hung = new Promise<void>((resolve) => (go = resolve))
    const outbox = outboxThat(async (notice, signal) => {
      if (sent.length === 0) {
        sent.push(notice)
        await hung
        return true
      }
      return keep(notice, signal)
    })
    await vi.waitFor(() => expect(sent).toHaveLength(6))
    go()
    await outbox.empty()
  })

  test('writes nothing while nothing is due', async () => {
    const outbox = outboxThat(keep)
    const moved = vi.spyOn(db(), 'move')
    await outbox.empty()
    expect(moved).not.toHaveBeenCalled()
  })

  test('drops what there is nothing left to tell of', async () => {
    await written()
    await outboxThat(async () => false).empty()
    expect(await row()).toMatchObject({ mailDueAt: null, mailSentAt: null })
  })
})

describe('what went wrong', () => {
  test('is tried again after a pause, and then sent', async () => {
    await written()
    const send = vi.fn(keep).mockRejectedValueOnce(new Error('451 busy'))
    const outbox = outboxThat(send)
    await outbox.empty()
    const { mailDueAt } = await row()
    expect(mailDueAt!.getTime()).toBeGreaterThanOrEqual(later(15).getTime())
    expect(mailDueAt!.getTime()).toBeLessThanOrEqual(later(30).getTime())
    now = new Date(mailDueAt!.getTime() - 1)
    await outbox.empty()
    expect(sent).toHaveLength(0)
    now = mailDueAt!
    await outbox.empty()
    expect(sent).toHaveLength(1)
    expect(await row()).toMatchObject({ mailTries: 2, mailDueAt: null, mailSentAt: now })
  })

  test('is given up at once where trying again is of no use', async () => {
    await written()
    await outboxThat(fail(new Undeliverable('550 nobody'))).empty()
    expect(await row()).toMatchObject({ mailDueAt: null, mailSentAt: null, mailTries: 1 })
  })

  test('is given up after three days', async () => {
    await written()
    const outbox = outboxThat(fail(new Error('no route')))
    let tries = 0
    for (let due = await row(); due.mailDueAt && tries < 200; due = await row(), tries++) {
      now = due.mailDueAt
      await outbox.empty()
    }
    expect(tries).toBeGreaterThan(30)
    expect(tries).toBeLessThan(120)
    expect(now.getTime() - NOON.getTime()).toBeGreaterThan(3 * 86_400_000)
    expect(now.getTime() - NOON.getTime()).toBeLessThan(3.2 * 86_400_000)
  })

  test('a crash between sending and marking sends it a second time, once its lease is over', async () => {
    await written()
    const moved = vi.spyOn(db(), 'move')
    const crashing = outboxThat(async (notice, signal) => {
      moved.mockRejectedValueOnce(new Error('the process is gone'))
      return keep(notice, signal)
    })
    await crashing.empty()
    expect(await row()).toMatchObject({ mailSentAt: null, mailTries: 1 })
    const next = outboxThat(keep)
    now = later(60)
    await next.empty()
    expect(sent).toHaveLength(1)
    now = later(121)
    await next.empty()
    expect(sent.map(({ id }) => id)).toEqual([sent[0]!.id, sent[0]!.id])
    expect(await row()).toMatchObject({ mailSentAt: now, mailTries: 2 })
  })

  test('a database that is away makes it wait', async () => {
    await written()
    const outbox = outboxThat(keep)
    vi.spyOn(db(), 'query').mockRejectedValueOnce(new Error('away'))
    await outbox.empty()
    await outbox.empty()
    expect(sent).toHaveLength(1)
  })
})

describe('stopping', () => {
  test('lets what is on its way arrive, and begins nothing new', async () => {
    await written(8)
    let go = () => {}
    const way = new Promise<void>((resolve) => (go = resolve))
    const outbox = outboxThat(async (notice) => {
      sent.push(notice)
      await way
      return true
    })
    await vi.waitFor(() => expect(sent).toHaveLength(4))
    const stopped = outbox.stop()
    go()
    await stopped
    wakeOutbox()
    const all = await rows()
    expect(all.filter(({ mailSentAt }) => mailSentAt !== null)).toHaveLength(4)
    expect(all.filter(({ mailDueAt }) => mailDueAt !== null)).toHaveLength(4)
    expect(sent).toHaveLength(4)
  })

  test('does not wait for ever', async () => {
    await written()
    const outbox = outboxThat(
      (notice, signal) =>
        new Promise((_, reject) => {
          sent.push(notice)
          signal.addEventListener('abort', () => reject(new Error('aborted')))
        }),
    )
    await vi.waitFor(() => expect(sent).toHaveLength(1))
    await outbox.stop(20)
    expect(await row()).toMatchObject({ mailSentAt: null })
    expect((await row()).mailDueAt).not.toBeNull()
  })
})

test('pauses grow, to two hours at most, and differ', () => {
  const longest = Array.from({ length: 12 }, (_, index) => pauseSeconds(index + 1, 1))
  expect(longest.slice(0, 4)).toEqual([30, 60, 120, 240])
  expect(longest.at(-1)).toBe(7200)
  expect(pauseSeconds(1, 0)).toBe(15)
})

describe('a notice', () => {
  const mailed = (all: Notice[]) =>
    all.filter(({ mailDueAt }) => mailDueAt).map(({ type, mailTo }) => `${type} ${mailTo}`)

  test('is mailed to confirmed addresses alone, and the asking to the others alone', async () => {
    const { id, email } = await makeUser()
    const ask = (type: 'password_changed' | 'confirm_email') =>
      db().write((tx) => notify(tx, { userId: id, type }, NOON))
    await ask('password_changed')
    await ask('confirm_email')
    expect(mailed(await rows())).toEqual([`confirm_email ${email}`])
    await db().write((tx) => tx.user.update({ where: { id }, data: { emailConfirmedAt: NOON } }))
    await db().write((tx) => tx.notice.deleteMany())
    await ask('password_changed')
    await ask('confirm_email')
    expect(mailed(await rows())).toEqual([`password_changed ${email}`])
  })

  test('is not to be sent where there is no mail server', async () => {
    vi.spyOn(settings(), 'smtpUrl', 'get').mockReturnValue(undefined)
    await written()
    expect(await row()).toMatchObject({ mailDueAt: null, mailTo: expect.stringContaining('@') })
  })
})
