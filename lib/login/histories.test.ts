/** Random histories on a real database with a frozen clock: whatever happens, in whatever order, the rules hold. */
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { db } from '../db'
import { isAppError } from '../errors'
import { signOut } from '../sessions/end'
import {
  codeOf,
  DESKTOP,
  later,
  makePhone,
  makeUser,
  NOON,
  open,
  PHONE,
  type SignedInDevice,
} from '../testing/people'
import { consume } from './consume'
import { endAsDesktop } from './desktop'
import { confirm, decline, scan } from './phone'
import { statusAt } from './state'

type Step =
  | { do: 'wait'; seconds: number }
  | { do: 'scan'; who: number }
  | { do: 'confirm' | 'decline'; who: number; token: 'last' | 'first' | 'forged' }
  | { do: 'consume'; secret: 'own' | 'forged' }
  | { do: 'withdraw' | 'not_me'; secret: 'own' | 'forged' }
  | { do: 'sign_out'; who: number }

const who = fc.integer({ min: 0, max: 2 })
const secret = fc.constantFrom('own' as const, 'own' as const, 'forged' as const)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(0, 1, 20, 31, 61, 121, 301) }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('scan' as const), who }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('confirm' as const, 'confirm' as const, 'decline' as const),
      who,
      token: fc.constantFrom('last' as const, 'last' as const, 'first' as const, 'forged' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('consume' as const), secret }) },
  fc.record({ do: fc.constantFrom('withdraw' as const, 'not_me' as const), secret }),
  fc.record({ do: fc.constant('sign_out' as const), who }),
)

const FORGED = 'F'.repeat(43)
let userIds: string[]

beforeAll(async () => {
  userIds = [(await makeUser('Ada')).id, (await makeUser('Grace')).id]
})

/** Two phones of one account and one of another, one request, and what an onlooker knows of its history. */
async function begin() {
  const phones = [
    await makePhone(userIds[0]!),
    await makePhone(userIds[0]!),
    await makePhone(userIds[1]!),
  ] as const
  const request = await open()
  return { phones, request, tokens: [] as { who: number; token: string }[], signedOut: new Set<number>() }
}
type World = Awaited<ReturnType<typeof begin>>

async function perform(world: World, action: Step, now: Date): Promise<unknown> {
  const { request, phones, tokens } = world
  const phone = (index: number): SignedInDevice => phones[index]!
  switch (action.do) {
    case 'wait':
      return
    case 'scan': {
      const { scanToken } = await scan(
        { code: codeOf(request.request, now) },
        phone(action.who).session,
        undefined,
        PHONE,
        now,
      )
      tokens.push({ who: action.who, token: scanToken })
      return
    }
    case 'confirm':
    case 'decline': {
      const known = action.token === 'first' ? tokens[0] : tokens.at(-1)
      const token = action.token === 'forged' ? FORGED : (known?.token ?? FORGED)
      const { session } = phone(action.who)
      if (action.do === 'decline') return decline(request.id, token, session, PHONE, now)
      await confirm(request.id, { scanToken: token, stay: '12h', kind: 'derived' }, session, PHONE, now)
      // Only who holds the live token gets here: the last one who scanned.
      expect(tokens.at(-1)).toEqual({ who: action.who, token })
      return
    }
    case 'consume':
      return consume(request.id, action.secret === 'own' ? request.secret : FORGED, undefined, DESKTOP, now)
    case 'withdraw':
    case 'not_me': {
      const reason = action.do === 'withdraw' ? 'withdrawn' : 'not_me'
      return endAsDesktop(request.id, action.secret === 'own' ? request.secret : FORGED, reason, DESKTOP, now)
    }
    case 'sign_out':
      world.signedOut.add(action.who)
      return signOut(phone(action.who).session, now, null)
  }
}

test('a request is consumed at most once, never after its end, and never without its bindings', async () => {
  let consumedHistories = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), async (steps) => {
      const world = await begin()
      let now = NOON
      for (const action of steps) {
        if (action.do === 'wait') now = later(action.seconds, now)
        const before = await read(world)
        const error = await perform(world, action, now).then(
          () => null,
          (thrown: unknown) => thrown,
        )
        if (error && !isAppError(error)) throw error
        const after = await read(world)
        checkStep(action, before, after, error === null, now, world)
      }
      consumedHistories += (await read(world)).row.state === 'consumed' ? 1 : 0
    }),
    { numRuns: 100, seed: 20260301 },
  )
  // The property would hold in an empty world as well: enough histories must reach the end.
  expect(consumedHistories).toBeGreaterThan(3)
}, 120_000)

async function read({ request }: World) {
  return db().read(async (client) => ({
    row: await client.loginRequest.findUniqueOrThrow({ where: { id: request.id } }),
    sessions: await client.session.findMany({ where: { loginRequestId: request.id } }),
  }))
}
type Reading = Awaited<ReturnType<typeof read>>

function checkStep(
  action: Step,
  before: Reading,
  after: Reading,
  done: boolean,
  now: Date,
  world: World,
): void {
  const was = statusAt(before.row, now)
  expect(after.sessions.length).toBe(after.row.state === 'consumed' ? 1 : 0)
  if (was === 'consumed' || was === 'rejected') expect(after.row).toEqual(before.row)
  if (was === 'expired') expect(statusAt(after.row, now)).not.toMatch(/new|scanned|confirmed|consumed/)
  if ('secret' in action && action.secret === 'forged') expect([done, after.row]).toEqual([false, before.row])
  if ('token' in action && action.token === 'forged') expect([done, after.row]).toEqual([false, before.row])
  if (before.sessions.length === 0 && after.sessions.length === 1) {
    expect(action).toEqual({ do: 'consume', secret: 'own' })
    expect(was).toBe('confirmed')
    const approver = world.phones.findIndex(({ session }) => session.id === before.row.scanSessionId)
    expect(world.signedOut.has(approver)).toBe(false)
    expect(after.sessions[0]).toMatchObject({
      parentId: before.row.scanSessionId,
      userId: before.row.scanUserId,
    })
  }
}
