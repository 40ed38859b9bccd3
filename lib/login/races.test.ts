/** Many at the same moment: each race has one outcome, twenty times over. */
import { setImmediate, setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { revokeSession } from '../sessions/end'
import { isInOrder } from '../testing/database'
import { rowOf, sessionsFrom, tally } from '../testing/outcomes'
import {
  codeOf,
  DESKTOP,
  makePhone,
  makeUser,
  NOON,
  open,
  openAndConfirm,
  openAndScan,
  PHONE,
} from '../testing/people'
import { consume } from './consume'
import { confirm, decline } from './confirm'
import { scan } from './scan'

const ROUNDS = Array.from({ length: 20 }, (_, round) => round + 1)
const CROWD = 50

test.each(ROUNDS)('50 consumes at once make one session (%i)', async () => {
  const phone = await makePhone((await makeUser()).id)
  const { id, secret } = await openAndConfirm(phone)
  const all = await Promise.all(
    Array.from({ length: CROWD }, () => consume(id, secret, undefined, DESKTOP, NOON)),
  )
  expect(new Set(all.map(({ token }) => token)).size).toBe(1)
  expect(await sessionsFrom(id)).toHaveLength(1)
})

test('50 phones of one account scanning at once: one claims it, 49 are told so', async () => {
  const phones = []
  const { id: userId } = await makeUser()
  for (let i = 0; i < CROWD; i++) phones.push(await makePhone(userId))
  for (const _ of ROUNDS) {
    const { request, id } = await open()
    const code = codeOf(request)
    const counts = await tally(phones.map(({ session }) => scan({ code }, session, undefined, PHONE, NOON)))
    expect(counts).toEqual({ done: 1, already_scanned: 49 })
    expect(await rowOf(id)).toMatchObject({ state: 'scanned', revision: 2 })
  }
}, 60_000)

/** An approval reads before it writes: only a decline that is put off by a turn comes second. */
async function started(yes: () => Promise<unknown>, no: () => Promise<unknown>) {
  const approving = yes()
  await setImmediate()
  return [approving, no()]
}

test.each(ROUNDS)(
  'confirm against decline: the request ends declined and signs nobody in (%i)',
  async (round) => {
    const phone = await makePhone((await makeUser()).id)
    const { id, secret, scanToken } = await openAndScan(phone)
    const yes = () => confirm(id, { scanToken, stay: '12h', kind: 'derived' }, phone.session, PHONE, NOON)
    const no = () => decline(id, scanToken, phone.session, PHONE, NOON)
    // An approval that comes first is taken back; one that comes second is refused.
    const first = round % 2 === 0
    const counts = await tally(first ? await started(yes, no) : [no(), yes()])
    if (isInOrder()) expect(counts).toEqual(first ? { done: 2 } : { done: 1, wrong_state: 1 })
    expect(await rowOf(id)).toMatchObject({ state: 'rejected', reason: 'declined' })
    expect(await tally([consume(id, secret, undefined, DESKTOP, NOON)])).toEqual({ wrong_state: 1 })
    expect(await sessionsFrom(id)).toHaveLength(0)
  },
)

test.each(ROUNDS)('decline against consume: either a session or a declined request (%i)', async () => {
  const phone = await makePhone((await makeUser()).id)
  const { id, secret, scanToken } = await openAndConfirm(phone)
  const no = () => decline(id, scanToken, phone.session, PHONE, NOON)
  const counts = await tally([consume(id, secret, undefined, DESKTOP, NOON), no()])
  const { state } = await rowOf(id)
  expect(counts).toEqual(state === 'consumed' ? { done: 1, already_used: 1 } : { done: 1, wrong_state: 1 })
  expect(await sessionsFrom(id)).toHaveLength(state === 'consumed' ? 1 : 0)
})

test('revoking the phone against consume: no desktop outlives its phone', async () => {
  const outcomes: unknown[] = []
  for (const round of ROUNDS) {
    const user = await makeUser()
    const phone = await makePhone(user.id)
    const other = await makePhone(user.id)
    const { id, secret } = await openAndConfirm(phone)
    // Consume reads before it writes: only a start that is put off by a varying while lets either come first.
    const revoke = async () => {
      for (let turns = 1; turns < Math.min(round, 10); turns++) await setImmediate()
      if (round > 10) await setTimeout((round - 10) * 5)
      return revokeSession(other.session, phone.session.id, NOON, null)
    }
    const counts = await tally([revoke(), consume(id, secret, undefined, DESKTOP, NOON)])
    const [session] = await sessionsFrom(id)
    outcomes.push([counts.done, counts.wrong_state ?? 0, session ? session.endReason : 'none'])
  }
  const possible = [
    [2, 0, 'revoked'],
    [1, 1, 'none'],
  ]
  for (const outcome of outcomes) expect(possible).toContainEqual(outcome)
  // A race that only ever ends one way was none; how long it takes to lose one is SQLite's.
  if (isInOrder()) for (const outcome of possible) expect(outcomes).toContainEqual(outcome)
}, 60_000)
