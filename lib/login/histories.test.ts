/** Random histories on a real database with a frozen clock: whatever happens, in whatever order, the rules hold. */
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { audit } from '../audit'
import { db } from '../db'
import { settings } from '../env'
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
  STRANGE,
  wrongNumberFor,
  type StrongDevice,
} from '../testing/people'
import { rowOf } from '../testing/outcomes'
import type { Risk } from '../wire'
import { consume } from './consume'
import { endAsDesktop } from './desktop'
import { confirm, decline } from './confirm'
import { scan } from './scan'
import { statusAt } from './state'

type Answer = 'right' | 'wrong' | 'none'
type Step =
  | { do: 'wait'; seconds: number }
  | { do: 'scan'; who: number }
  | { do: 'confirm' | 'decline'; who: number; token: 'last' | 'first' | 'forged'; number: Answer }
  | { do: 'consume'; secret: 'own' | 'forged'; code: Answer }
  | { do: 'withdraw' | 'not_me'; secret: 'own' | 'forged' }
  | { do: 'sign_out'; who: number }

const who = fc.integer({ min: 0, max: 2 })
const secret = fc.constantFrom('own' as const, 'own' as const, 'forged' as const)
const number = fc.constantFrom<Answer>('right', 'right', 'wrong', 'none')
/** Mostly wrong: it takes three of them to end a request. */
const code = fc.constantFrom<Answer>('right', 'wrong', 'wrong', 'none')
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(0, 1, 20, 31, 61, 121, 301) }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('scan' as const), who }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('confirm' as const, 'confirm' as const, 'decline' as const),
      who,
      token: fc.constantFrom('last' as const, 'last' as const, 'first' as const, 'forged' as const),
      number,
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('consume' as const), secret, code }) },
  fc.record({ do: fc.constantFrom('withdraw' as const, 'not_me' as const), secret }),
  fc.record({ do: fc.constant('sign_out' as const), who }),
)

/** Many histories never get as far as an approval, and so half of them begin with one. */
const approved: Step[] = [
  { do: 'scan', who: 0 },
  { do: 'confirm', who: 0, token: 'last', number: 'right' },
]
const history = fc
  .tuple(fc.constantFrom([], approved), fc.array(step, { minLength: 4, maxLength: 24 }))
  .map(([begin, steps]) => [...begin, ...steps])

const FORGED = 'F'.repeat(43)

/**
 * Two phones of one account and one of another, one request, and what an onlooker knows of its history. The accounts
 * are new ones: what a history does to an account must not reach into the next.
 */
async function begin(risk: Risk) {
  const users = [await makeUser('Ada'), await makeUser('Grace')] as const
  if (risk === 'high') for (const { id } of users) await report(id)
  const phones = [
    await makePhone(users[0].id),
    await makePhone(users[0].id),
    await makePhone(users[1].id),
  ] as const
  const request = await open(NOON, undefined, risk === 'low' ? {} : { caller: STRANGE })
  return {
    phones,
    request,
    tokens: [] as { who: number; token: string }[],
    signedOut: new Set<number>(),
    code: undefined as string | undefined,
  }
}
const report = (userId: string) => db().move((tx) => audit(tx, NOON, { type: 'login_reported', userId }))
type World = Awaited<ReturnType<typeof begin>>

async function perform(world: World, action: Step, now: Date): Promise<unknown> {
  const { request, phones, tokens } = world
  const phone = (index: number): StrongDevice => phones[index]!
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
      const body = { scanToken: token, stay: '12h', kind: 'derived' } as const
      const number = await numberFor(request.id, action.number)
      world.code = (await confirm(request.id, { ...body, number }, session, PHONE, now)).code
      // Only who holds the live token gets here: the last one who scanned.
      expect(tokens.at(-1)).toEqual({ who: action.who, token })
      return
    }
    case 'consume':
      return consume(
        request.id,
        action.secret === 'own' ? request.secret : FORGED,
        undefined,
        DESKTOP,
        now,
        codeFor(world, action.code),
      )
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

async function numberFor(id: string, answer: Answer): Promise<number | undefined> {
  const row = await rowOf(id)
  if (answer === 'none') return undefined
  return answer === 'right' ? (row.number ?? undefined) : wrongNumberFor(row)
}

function codeFor({ code = '' }: World, answer: Answer): string | undefined {
  if (answer === 'none') return undefined
  return answer === 'right' ? code : String((Number(code) + 1) % 1_000_000).padStart(6, '0')
}

test.each<[Risk, string[]]>([
  ['low', ['consumed', 'declined', 'not_me', 'session_ended', 'withdrawn']],
  ['medium', ['consumed', 'declined', 'not_me', 'session_ended', 'withdrawn', 'wrong_number']],
  ['high', ['consumed', 'declined', 'not_me', 'proof_tries', 'session_ended', 'withdrawn', 'wrong_number']],
])(
  'at %s risk a request is consumed at most once, never after its end, and never without its bindings and proofs',
  async (risk, possible) => {
    vi.spyOn(settings(), 'proofPolicy', 'get').mockReturnValue(risk === 'low' ? 'off' : 'adaptive')
    const ends = new Set<string>()
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const world = await begin(risk)
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
          checkProofs(action, before.row, after.row, error === null)
        }
        const { state, reason } = (await read(world)).row
        if (state === 'consumed' || reason) ends.add(reason ?? state)
      }),
      { numRuns: 100, seed: 20260301 },
    )
    // The property would hold in an empty world as well: the histories must reach every end.
    expect([...ends].sort()).toEqual(possible)
  },
  120_000,
)

async function read({ request }: World) {
  return db().read(async (client) => ({
    row: await rowOf(request.id),
    sessions: await client.session.findMany({ where: { loginRequestId: request.id } }),
  }))
}
type Reading = Awaited<ReturnType<typeof read>>
type Row = Reading['row']

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
    expect(action).toMatchObject({ do: 'consume', secret: 'own' })
    expect(was).toBe('confirmed')
    const approver = world.phones.findIndex(({ session }) => session.id === before.row.scanSessionId)
    expect(world.signedOut.has(approver)).toBe(false)
    expect(after.sessions[0]).toMatchObject({
      parentId: before.row.scanSessionId,
      userId: before.row.scanUserId,
    })
  }
}

/** Nobody gets on without what is asked for, and what is refused spends nothing but a try and a wrong pick. */
function checkProofs(action: Step, before: Row, after: Row, done: boolean): void {
  const proofs = after.proofs.split(' ')
  const moved = before.state === after.state ? '' : `${before.state} ${after.reason ?? after.state}`
  if (before.state === 'new' && after.state === 'scanned') return
  expect([after.risk, after.proofs]).toEqual([before.risk, before.proofs])
  if (moved === 'scanned confirmed' && proofs.includes('number'))
    expect(action).toMatchObject({ do: 'confirm', number: 'right' })
  if (moved === 'scanned wrong_number') expect(action).toMatchObject({ do: 'confirm', number: 'wrong' })
  if (moved === 'confirmed consumed' && proofs.includes('code'))
    expect(action).toMatchObject({ do: 'consume', code: 'right' })
  if (moved === 'confirmed proof_tries')
    expect([action, after.codeTries]).toMatchObject([{ do: 'consume', code: 'wrong' }, 3])
  if (after.codeTries !== before.codeTries) {
    expect(action).toMatchObject({ do: 'consume', secret: 'own' })
    expect([before.state, after.codeTries]).toEqual(['confirmed', before.codeTries + 1])
  }
  // A refusal ends a request only so; the last is a consume that finds the approving session gone.
  const ends = ['scanned wrong_number', 'confirmed proof_tries', 'confirmed session_ended']
  const noted = { codeTries: before.codeTries, presentedBy: before.presentedBy }
  if (!done && !ends.includes(moved)) expect({ ...after, ...noted }).toEqual(before)
}
