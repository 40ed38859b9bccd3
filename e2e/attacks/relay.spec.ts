/**
 * The live relay: a third browser opens the sign-in page and shows its code to somebody who thinks that it is meant for
 * them. Whatever stops it must not depend on where the two of them sit: here all have the same address.
 */
import type { Page } from '@playwright/test'
import { expect, test } from '../fixtures'
import { signedIn, signedInAgain, newPerson } from '../support/people'
import { readCode } from '../support/qr'
import { approveByNumber, arrived, numbers, pickWrong, scan } from '../support/steps'
import { messages as t } from '../support/words'

test.use({ serverOptions: { policy: 'adaptive' } })

const approveButton = (phone: Page) =>
  phone.getByRole('button', { name: t.scan.confirm.approve, exact: true })

async function expectSignedOut(page: Page): Promise<void> {
  const response = await page.request.get('/api/sessions')
  expect(response.status()).toBe(401)
}

test('a relayed code offers no plain tap', async ({ desktop: attacker, phone }) => {
  await signedIn(phone)
  await attacker.goto('/login')
  await scan(phone, attacker)
  await expect(numbers(phone)).toHaveCount(3)
  await expect(approveButton(phone)).toHaveCount(0)
  await phone.getByRole('button', { name: t.scan.confirm.decline, exact: true }).click()
  await expect(attacker.getByText(t.login.rejected.declined)).toBeVisible()
  await expectSignedOut(attacker)
})

test('a victim who taps any number and is wrong signs nobody in, and is asked more the next time', async ({
  desktop: attacker,
  openDesktop,
  phone,
  trouble,
}) => {
  trouble.expect(/403 .* @ \/api\/login\/[\w-]+\/confirm/)
  const victim = await signedIn(phone)
  const own = await openDesktop()
  await signedInAgain(own, victim)
  await own.context().clearCookies({ name: 'qrl-session' })
  await attacker.goto('/login')
  await scan(phone, attacker)
  await pickWrong(phone, attacker)
  await expect(attacker.getByRole('button', { name: t.login.newCode })).toBeVisible()
  await expectSignedOut(attacker)
  // Even at the desktop that the account knows.
  await own.goto('/login')
  await scan(phone, own)
  await expect(numbers(phone)).toHaveCount(3)
  await approveByNumber(phone, own)
  await arrived(own)
})

test('the device cookie of the attacker’s own account makes no desktop known to the victim', async ({
  desktop: attacker,
  phone,
}) => {
  await signedIn(attacker, newPerson('Mallory'))
  await attacker.context().clearCookies({ name: 'qrl-session' })
  await signedIn(phone)
  await attacker.goto('/login')
  await scan(phone, attacker)
  await expect(numbers(phone)).toHaveCount(3)
})

test('a device cookie that is half the victim’s makes no desktop known', async ({
  desktop: attacker,
  openDesktop,
  phone,
}) => {
  const victim = await signedIn(phone)
  const own = await openDesktop()
  await signedInAgain(own, victim)
  const device = (await own.context().cookies()).find(({ name }) => name === 'qrl-device')!
  const [id = ''] = device.value.split('.')
  await attacker.context().addCookies([{ ...device, value: `${id}.${'A'.repeat(43)}` }])
  await attacker.goto('/login')
  await scan(phone, attacker)
  await expect(numbers(phone)).toHaveCount(3)
})

test('an attacker who has the number passed on gets in, and the session can approve nobody', async ({
  desktop: attacker,
  openDesktop,
  phone,
}) => {
  await signedIn(phone)
  await attacker.goto('/login')
  await scan(phone, attacker)
  await approveByNumber(phone, attacker)
  await arrived(attacker)
  const accomplice = await openDesktop()
  await accomplice.goto('/login')
  const { url } = await readCode(accomplice)
  const code = url.split('/scan/')[1]
  const scanned = await attacker.request.post('/api/login/scan', {
    data: { code },
    headers: { 'Sec-Fetch-Site': 'same-origin' },
  })
  const { id, scanToken, choices } = (await scanned.json()) as {
    id: string
    scanToken: string
    choices: number[]
  }
  for (const number of choices) {
    const answer = await attacker.request.post(`/api/login/${id}/confirm`, {
      data: { scanToken, stay: '12h', kind: 'derived', number },
      headers: { 'Sec-Fetch-Site': 'same-origin' },
    })
    expect(answer.status()).toBe(403)
    expect(await answer.json()).toMatchObject({ code: 'reauthentication_required' })
  }
  await expectSignedOut(accomplice)
})
