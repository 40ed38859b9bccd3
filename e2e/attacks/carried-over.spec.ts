/** The relay by somebody who also carries over what the two pages show: by a fake page, or by talking to the victim. */
import type { Page } from '@playwright/test'
import {
  ABROAD,
  at,
  call,
  ELSEWHERE,
  expect,
  observed,
  outcomeFor,
  test,
  TRUSTED,
  VICTIM,
} from '../support/attacks'
import { signedIn } from '../support/people'
import { readCode } from '../support/qr'
import { numbers, pickWrong, scan } from '../support/steps'
import { relay, tellCode } from '../support/victims'

/** The victim has declined somebody from elsewhere, and reported it. */
async function reportSomebody(phone: Page, other: Page): Promise<void> {
  await other.goto('/login')
  const { url } = await readCode(other)
  const { body } = await call(phone, 'POST', '/api/login/scan', { code: url.split('/scan/')[1] })
  const { status } = await call(phone, 'POST', `/api/login/${body.id}/reject`, {
    scanToken: body.scanToken,
    report: true,
  })
  expect(status).toBe(200)
}

for (const policy of ['adaptive', 'strict'] as const)
  test.describe(`with the policy ${policy}, a relay that carries over`, () => {
    test.use({ policy })

    test('the number, and then the one-time code', async ({ openDesktop, openPhone }) => {
      const phone = await openPhone(at(VICTIM))
      await signedIn(phone)
      const attacker = await openDesktop(at(ELSEWHERE))
      await relay(attacker, phone, 'number')
      const expected = { adaptive: 'succeeds', strict: 'stopped' }
      observed('carriedNumber', await outcomeFor(attacker), [policy]).toBe(expected[policy])
      await tellCode(phone, attacker)
      observed('carriedCode', await outcomeFor(attacker), [policy]).toBe('succeeds')

      const within = await openDesktop(at(TRUSTED))
      await relay(within, phone, 'number')
      observed('carriedNumberTrusted', await outcomeFor(within), [policy]).toBe('succeeds')
    })

    test('both, from another country, and after a report', async ({ openDesktop, openPhone, trouble }) => {
      trouble.expect(/403 .* @ \/api\/login\/scan/)
      const phone = await openPhone(at(VICTIM))
      await signedIn(phone)
      const expected = { adaptive: 'succeeds', strict: 'stopped' }
      const abroad = await openDesktop(at(ABROAD))
      await relay(abroad, phone, 'number')
      observed('carriedNumberAbroad', await outcomeFor(abroad), [policy]).toBe('stopped')
      await tellCode(phone, abroad)
      observed('carriedCodeAbroad', await outcomeFor(abroad), [policy]).toBe(expected[policy])

      await reportSomebody(phone, await openDesktop(at(TRUSTED)))
      const attacker = await openDesktop(at(ELSEWHERE))
      await relay(attacker, phone, 'number')
      observed('carriedNumberAfterReport', await outcomeFor(attacker), [policy]).toBe('stopped')
      await tellCode(phone, attacker)
      observed('carriedCodeAfterReport', await outcomeFor(attacker), [policy]).toBe(expected[policy])
    })

    test('nothing, to somebody who taps blindly', async ({ openDesktop, openPhone, trouble }) => {
      trouble.expect(/403 .* @ \/api\/login\/[\w-]+\/confirm/)
      const phone = await openPhone(at(VICTIM))
      await signedIn(phone)
      const attacker = await openDesktop(at(ELSEWHERE))
      await attacker.goto('/login')
      await scan(phone, attacker)
      const offered = await numbers(phone).count()
      await pickWrong(phone, attacker)
      await expect(numbers(phone)).toHaveCount(0)
      const wrong = await outcomeFor(attacker)

      const lucky = await openDesktop(at(ELSEWHERE))
      await relay(lucky, phone, 'number')
      const right = await outcomeFor(lucky)
      const outcome = wrong === right ? right : `${right} 1 time in ${offered}`
      const expected = { adaptive: 'succeeds 1 time in 3', strict: 'stopped' }
      observed('blindTap', outcome, [policy]).toBe(expected[policy])
    })
  })

test.describe('with the policy off', () => {
  test.use({ policy: 'off' })

  test('there is nothing to carry over, not even after a report', async ({ openDesktop, openPhone }) => {
    const phone = await openPhone(at(VICTIM))
    await signedIn(phone)
    const attacker = await openDesktop(at(ABROAD))
    await relay(attacker, phone, 'nothing')
    for (const attack of [
      'carriedNumber',
      'carriedCode',
      'carriedNumberTrusted',
      'carriedNumberAbroad',
      'carriedCodeAbroad',
      'blindTap',
    ] as const)
      observed(attack, await outcomeFor(attacker), ['off']).toBe('succeeds')

    await reportSomebody(phone, await openDesktop(at(TRUSTED)))
    const another = await openDesktop(at(ELSEWHERE))
    await relay(another, phone, 'nothing')
    for (const attack of ['carriedNumberAfterReport', 'carriedCodeAfterReport'] as const)
      observed(attack, await outcomeFor(another), ['off']).toBe('succeeds')
  })
})
