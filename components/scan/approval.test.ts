import { afterEach, expect, test, vi } from 'vitest'
import type { Proof, Problem, Scanned } from '@/lib/wire'
import { ApiError, NetworkError } from '../api'
import { approve, isUnsure, passwordFault, PasswordMissing, recall } from './approval'
import { endOf } from './ends'

const ID = 'a'.repeat(22)

function scanned(...proofs: Proof[]): Scanned {
  const desktop = {
    kind: 'desktop',
    browser: null,
    system: null,
    address: null,
    place: null,
    askedAt: '',
  } as const
  const phone = { address: null, place: null }
  const account = { name: 'Ada', email: 'ada@example.org' }
  const risk = proofs.length > 1 ? 'high' : proofs.length === 1 ? 'medium' : 'low'
  return {
    id: ID,
    scanToken: 't',
    desktop,
    phone,
    differences: [],
    sameNetwork: false,
    account,
    risk,
    proofs,
    kinds: ['derived'],
    stays: ['12h'],
    expiresIn: 120,
  }
}

const problem = (code: Problem['code'], more: Partial<Problem> = {}): Problem => ({
  type: 'about:blank',
  title: code,
  status: 409,
  code,
  ...more,
})

const refusal = (code: Problem['code'], more?: Partial<Problem>) => new ApiError(problem(code, more))

/** Answers each call in turn, and keeps what was asked. */
function serve(...answers: object[]): { path: string; body: object }[] {
  const calls: { path: string; body: object }[] = []
  vi.stubGlobal('fetch', async (path: string, { body }: { body: string }) => {
    calls.push({ path, body: JSON.parse(body) as object })
    const answer = answers.shift()!
    return Response.json(answer, { status: 'code' in answer && 'title' in answer ? 409 : 200 })
  })
  return calls
}

const choice = { stay: '12h', kind: 'derived' } as const
const confirmed = { status: 'confirmed', expiresIn: 60 }

afterEach(() => vi.unstubAllGlobals())

test('what was given goes along with the choice', async () => {
  const calls = serve(confirmed)
  await approve(scanned('number', 'password'), choice, { number: 47, password: 'secret' })
  expect(calls).toEqual([
    {
      path: `/api/login/${ID}/confirm`,
      body: { scanToken: 't', stay: '12h', kind: 'derived', number: 47, password: 'secret' },
    },
  ])
})

test('an approval is done, or owes the code that came with it', async () => {
  serve(confirmed, { ...confirmed, expiresIn: 90, code: '047190' })
  expect(await approve(scanned('number'), choice, { number: 47 })).toMatchObject({ name: 'done' })
  const state = await approve(scanned('number', 'code'), choice, { number: 47 })
  expect(state).toMatchObject({ name: 'owed', code: '047190' })
})

test('where the answer to the approval was lost, its repetition tells what became of it', async () => {
  const standing = problem('wrong_state', { requestStatus: 'confirmed' })
  serve(standing, problem('already_used'), problem('already_used'))
  expect(await approve(scanned('number'), choice, { number: 47 })).toMatchObject({ name: 'done' })
  expect(await approve(scanned('number'), choice, { number: 47 })).toMatchObject({ name: 'done' })
  expect(await approve(scanned('number', 'code'), choice, { number: 47 })).toMatchObject({ name: 'done' })
})

test('what another tab approved is not done here while it owes a code', async () => {
  serve(problem('wrong_state', { requestStatus: 'confirmed' }))
  const state = await approve(scanned('number', 'code'), choice, { number: 47 })
  expect(state).toEqual({ name: 'end', end: 'approved' })
})

test('after a reload, a code that is owed is told again, as long as it is', async () => {
  const claim = { id: ID, scanToken: 't' }
  const calls = serve(
    { ...confirmed, expiresIn: 71, code: '047190' },
    problem('already_used'),
    problem('expired'),
    problem('wrong_state', { requestStatus: 'rejected', reason: 'declined' }),
    problem('unavailable'),
  )
  expect(await recall(claim)).toMatchObject({ name: 'owed', code: '047190', scanned: claim })
  expect(calls[0]?.body).toEqual({ scanToken: 't', stay: '12h', kind: 'derived' })
  expect(await recall(claim)).toEqual({ name: 'end', end: 'approved' })
  expect(await recall(claim)).toBeNull()
  expect(await recall(claim)).toBeNull()
  await expect(recall(claim)).rejects.toThrow(ApiError)
})

test('where the answer to a wrong number was lost, its repetition ends the same way', async () => {
  const reason = { requestStatus: 'rejected', reason: 'wrong_number' } as const
  serve(problem('proof_failed', { proof: 'number', ...reason }), problem('wrong_state', reason))
  for (let times = 0; times < 2; times++) {
    const error: unknown = await approve(scanned('number'), choice, { number: 47 }).catch((error) => error)
    expect(endOf(error)).toBe('wrong_number')
    expect(passwordFault(error)).toBeUndefined()
  }
})

test('a session that was made by QR proves itself with the password that was typed', async () => {
  const calls = serve(problem('reauthentication_required'), {}, confirmed)
  await approve(scanned('number', 'password'), choice, { number: 47, password: 'secret' })
  expect(calls.map(({ path }) => path)).toEqual([
    `/api/login/${ID}/confirm`,
    '/api/reauthenticate',
    `/api/login/${ID}/confirm`,
  ])
  expect(calls[1]?.body).toEqual({ password: 'secret' })
})

test('without one it is left to who asks for it', async () => {
  serve(problem('reauthentication_required'))
  const approval = approve(scanned('number'), choice, { number: 47 })
  await expect(approval).rejects.toMatchObject({ problem: { code: 'reauthentication_required' } })
})

test('a password is missing or wrong, and other proofs are none of it', () => {
  expect(passwordFault(new PasswordMissing())).toBe('missing')
  expect(passwordFault(refusal('proof_required', { proof: 'password' }))).toBe('missing')
  expect(passwordFault(refusal('proof_failed', { proof: 'password' }))).toBe('wrong')
  expect(passwordFault(refusal('proof_required', { proof: 'number' }))).toBeUndefined()
  expect(passwordFault(refusal('rate_limited'))).toBeUndefined()
})

test('only without an answer of the server is the outcome unsure', () => {
  expect(isUnsure(new NetworkError('no answer'))).toBe(true)
  expect(isUnsure(refusal('internal'))).toBe(true)
  expect(isUnsure(refusal('rate_limited'))).toBe(false)
  expect(isUnsure(refusal('proof_failed', { proof: 'password' }))).toBe(false)
})
