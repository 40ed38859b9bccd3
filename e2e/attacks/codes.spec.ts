/** Codes that are old, used, guessed, or somebody else's. */
import {
  at,
  call,
  ELSEWHERE,
  expect,
  isSignedIn,
  observed,
  outcomeIf,
  outcomeFor,
  test,
  VICTIM,
} from '../support/attacks'
import { approval, Client, openingDesktop, signedInPhone } from '../support/client'
import { signedIn } from '../support/people'
import { readCode } from '../support/qr'
import { approve, arrived, scan } from '../support/steps'
import { messages as t } from '../support/words'
import { POLICIES } from './catalogue'

test.use({ policy: 'off' })

const ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ'
const GUESSES = 1_000

/** The n-th typed code. */
function userCode(n: number): string {
  let text = ''
  for (let rest = n * 7_919; text.length < 8; rest = Math.floor(rest / ALPHABET.length))
    text += ALPHABET[rest % ALPHABET.length]
  return text
}

/** All of it, so many at a time. */
async function crowd<T>(count: number, work: (index: number) => Promise<T>, width = 20): Promise<T[]> {
  const done: T[] = []
  for (let from = 0; from < count; from += width)
    done.push(...(await Promise.all(Array.from({ length: width }, (_, index) => work(from + index)))))
  return done
}

test('a photograph of a code is worth nothing when it is old, nor when the code was used', async ({
  openDesktop,
  openPhone,
  rows,
  trouble,
}) => {
  trouble.expect(/4(10|09) .* @ \/api\/login\/scan/)
  const desktop = await openDesktop(at(VICTIM))
  await desktop.goto('/login')
  const photograph = await readCode(desktop)
  await rows.age(photograph.id, 61)
  const thief = await openPhone(at(ELSEWHERE))
  await signedIn(thief)
  await thief.goto(photograph.url)
  await expect(thief.getByRole('heading', { name: t.scan.end.expired.title })).toBeVisible()
  const claimed = (await rows.request(photograph.id)).state !== 'new'
  observed('photograph', outcomeIf(claimed)).toBe('stopped')

  const phone = await openPhone(at(VICTIM))
  await signedIn(phone)
  await desktop.goto('/login')
  const { id, url } = await scan(phone, desktop)
  await approve(phone)
  await arrived(desktop)
  await thief.goto(url)
  await expect(thief.getByRole('heading', { name: t.scan.end.already_used.title })).toBeVisible()
  const again = (await rows.sessionsOf(id)).length !== 1
  observed('usedCode', outcomeIf(again)).toBe('stopped')
})

test('a thousand guesses at typed codes are compared twenty times', async ({ startServer }) => {
  const server = await startServer({ limits: true, policy: 'off' })
  await openingDesktop(server)
  const guessers: Client[] = []
  for (let count = 0; count < 5; count++) guessers.push((await signedInPhone(server)).phone)
  const answers = await crowd(GUESSES, (index) =>
    guessers[index % guessers.length]!.post('/api/login/scan', { userCode: userCode(index) }),
  )
  const compared = answers.filter((answer) => answer.status !== 429)
  const claimed = compared.filter((answer) => answer.status === 200)
  expect(compared).toHaveLength(20)
  observed('guessUserCodes', outcomeIf(claimed.length > 0)).toBe('stopped')
})

for (const policy of POLICIES)
  test.describe(`with the policy ${policy}`, () => {
    test.use({ policy })

    test('a thousand guesses at a one-time code are compared three times', async ({ site }) => {
      const { phone } = await signedInPhone(site)
      if (policy === 'adaptive') await reportSomebody(phone, new Client(site))
      const { desktop: attacker, id, code } = await openingDesktop(site)
      const { body: scanned } = await phone.post('/api/login/scan', { code })
      const { number } = (await attacker.get(`/api/login/${id}`)).body
      const confirmed = await phone.post(`/api/login/${id}/confirm`, {
        ...approval(scanned.scanToken),
        number,
      })
      expect(confirmed.status).toBe(200)
      const right = Number(confirmed.body.code ?? 0)
      const answers = await crowd(GUESSES, (index) => {
        const guess = String((right + 1 + index) % 1_000_000).padStart(6, '0')
        return attacker.post('/api/auth/callback/qr', { id, code: guess })
      })
      const compared = answers.filter((answer) => answer.body.code === 'proof_failed')
      expect(compared).toHaveLength(policy === 'off' ? 0 : 3)
      const expected = policy === 'off' ? 'succeeds' : 'stopped'
      observed('guessOneTimeCodes', await outcomeFor(attacker), [policy]).toBe(expected)
    })
  })

/** From elsewhere, or the block would meet the attacker as well. */
async function reportSomebody(phone: Client, other: Client): Promise<void> {
  const { body } = await other.post('/api/login', {}, { 'x-forwarded-for': ELSEWHERE })
  const scanned = await phone.post('/api/login/scan', { code: body.qr.split('/scan/')[1] })
  await phone.post(`/api/login/${body.id}/reject`, { scanToken: scanned.body.scanToken, report: true })
}

test('whoever claims another’s code to annoy is kept out after two times', async ({
  openDesktop,
  openPhone,
  rows,
}) => {
  const annoyer = await openPhone(at(ELSEWHERE))
  await signedIn(annoyer)
  const desktop = await openDesktop(at(VICTIM))
  await desktop.goto('/login')
  const claim = async () => {
    const code = await readCode(desktop)
    return call(annoyer, 'POST', '/api/login/scan', { code: code.url.split('/scan/')[1] })
  }
  for (let times = 0; times < 2; times++) {
    const { body } = await claim()
    await desktop.getByRole('button', { name: t.login.notMe }).click()
    await expect.poll(async () => (await rows.request(body.id as string)).reason).toBe('not_me')
    await expect(desktop.getByRole('img', { name: t.login.image })).toBeVisible()
  }
  expect(await claim()).toMatchObject({ status: 429 })
  const phone = await openPhone(at(VICTIM))
  await signedIn(phone)
  await scan(phone, desktop)
  await approve(phone)
  await arrived(desktop)
  observed('claimOthers', outcomeIf(!(await isSignedIn(desktop)))).toBe('stopped')
})

test('a browser retires its own codes alone, and by their secrets', async ({ openDesktop, rows, site }) => {
  const desktop = await openDesktop(at(VICTIM))
  await desktop.goto('/login')
  const { id } = await readCode(desktop)
  const attacker = new Client(site)
  attacker.cookies.set(`qrl-login-${id}`, 'A'.repeat(43))
  for (let count = 0; count < 12; count++) await attacker.post('/api/login')
  const retired = (await rows.request(id)).state !== 'new'
  observed('retireOthers', outcomeIf(retired)).toBe('stopped')
})

test('a desktop that opens a sixth code retires its first', async ({ site, rows }) => {
  const desktop = new Client(site)
  const ids: string[] = []
  for (let i = 0; i < 6; i++) ids.push((await desktop.post('/api/login')).body.id as string)
  expect(await rows.statesOf(ids)).toEqual(['rejected', ...Array(5).fill('new')])
  expect((await rows.request(ids[0] ?? '')).reason).toBe('superseded')
})
