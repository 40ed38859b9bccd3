/** The letters beside the code, for a phone whose camera can't be used. */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { signedIn, signIn, newPerson } from './support/people'
import { approveByNumber, arrived, numbers, status } from './support/steps'
import { messages as t } from './support/words'

test.use({ serverOptions: { policy: 'adaptive' } })

async function type(phone: Page, code: string): Promise<void> {
  await phone.getByLabel(t.scan.entry.code, { exact: true }).fill(code)
  await phone.getByRole('button', { name: t.scan.entry.continue }).click()
}

async function shownLetters(desktop: Page): Promise<string> {
  const letters = desktop.getByLabel(t.login.codeToType)
  await expect(letters).toHaveText(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
  return letters.innerText()
}

test('the letters typed small and without the hyphen lead to approving', async ({ desktop, phone }) => {
  await signedIn(phone)
  await desktop.goto('/login')
  const letters = await shownLetters(desktop)
  await phone.goto('/scan')
  await type(phone, letters.toLowerCase().replace('-', ''))
  await expect(phone.getByRole('heading', { name: t.scan.confirm.title })).toBeVisible()
  await expect(numbers(phone)).toHaveCount(3)
  await approveByNumber(phone, desktop)
  await arrived(desktop)
})

test('letters that are wrong, too few, or used up are refused in words', async ({
  desktop,
  phone,
  trouble,
}) => {
  trouble.expect(/404 .* @ \/api\/login\/scan/, /400 .* @ \/api\/login\/scan/, /409 .* @ \/api\/login\/scan/)
  await signedIn(phone)
  await desktop.goto('/login')
  const letters = await shownLetters(desktop)
  await phone.goto('/scan')
  await type(phone, letters === 'BBBB-BBBB' ? 'CCCC-CCCC' : 'BBBB-BBBB')
  await expect(phone.getByText(t.scan.entry.codeWrong)).toBeVisible()
  await type(phone, 'BCD')
  await expect(phone.getByText(t.scan.entry.codeShort)).toBeVisible()
  await expect(status(desktop)).toBeEmpty()

  await type(phone, letters)
  await approveByNumber(phone, desktop)
  await arrived(desktop)
  await phone.goto('/scan')
  await type(phone, letters)
  await expect(phone.getByText(t.scan.entry.codeWrong)).toBeVisible()
})

test('the sixth wrong try of an account is refused, while right ones cost nothing', async ({
  openDesktop,
  openPhone,
  startServer,
  trouble,
}) => {
  const strictServer = await startServer({ limits: true })
  trouble.expect(/404 .* @ \/api\/login\/scan/, /429 .* @ \/api\/login\/scan/)
  const phone = await openPhone({ server: strictServer })
  const desktop = await openDesktop({ server: strictServer })
  await signedIn(phone)
  await desktop.goto('/login')
  const letters = await shownLetters(desktop)
  await phone.goto('/scan')
  await type(phone, letters)
  await expect(phone.getByRole('heading', { name: t.scan.confirm.title })).toBeVisible()
  await phone.goto('/scan')
  for (let i = 0; i < 5; i++) {
    const answer = phone.waitForResponse('**/api/login/scan')
    await type(phone, 'BBBB-BBBB')
    expect((await answer).status()).toBe(404)
    await expect(phone.getByText(t.scan.entry.codeWrong)).toBeVisible()
  }
  await type(phone, 'BBBB-BBBB')
  await expect(phone.getByText('Too many tries. Try again in 15 minutes.')).toBeVisible()
})

test('the page for typing wants a sign-in first, and comes back', async ({ phone, openPhone }) => {
  const person = await signedIn(await openPhone(), newPerson())
  await phone.goto('/scan')
  await expect(phone).toHaveURL('/signin?next=%2Fscan')
  await signIn(phone, person)
  await expect(phone.getByRole('heading', { name: t.scan.entry.title })).toBeVisible()
})
