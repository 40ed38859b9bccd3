/** The whole way, as two people's eyes and hands would go it. */
import { expect, test } from './fixtures'
import { signedInPhone } from './support/client'
import { newPerson, signedIn, signUp } from './support/people'
import { readCode } from './support/qr'
import { approve, arrived, farewell, letInBy, scan } from './support/steps'
import { inChinese, inEnglish, messages, say } from './support/words'

for (const colorScheme of ['light', 'dark'] as const)
  for (const { locale, words } of [inEnglish, inChinese])
    test.describe(`${colorScheme}, ${locale}`, () => {
      test.use({ colorScheme, locale })

      test('a phone scans the desktop’s code, approves, and the desktop is signed in', async ({
        desktop,
        phone,
      }) => {
        const { name } = await signedIn(phone)
        await desktop.goto('/login?next=/account')
        await expect(desktop.locator('html')).toHaveAttribute('lang', locale.slice(0, 2))

        await scan(phone, desktop, words)
        await expect(desktop.getByRole('status')).toHaveText(words.login.scanned)
        const said = farewell(desktop, name, words)
        await approve(phone, words)
        await said
        await arrived(desktop, '/account')
        await expect(desktop.getByRole('heading', { name: words.account.title })).toBeVisible()
        await expect(desktop.getByLabel(words.fields.name, { exact: true })).toHaveValue(name)
      })
    })

test('somebody new signs up on the phone, and then signs a desktop in', async ({ desktop, phone }) => {
  await phone.goto('/signup')
  const { name } = await signUp(phone, newPerson('李白'))
  await expect(phone.getByRole('heading', { name })).toBeVisible()

  await desktop.goto('/')
  await expect(desktop).toHaveURL('/login')
  await scan(phone, desktop)
  await expect(desktop.getByText('李', { exact: true })).toBeVisible()
  await expect(desktop.getByText(name)).toHaveCount(0)
  await approve(phone)
  await arrived(desktop)
  await expect(desktop.getByText(say(messages.home.banner, { name }))).toBeVisible()
})

test('a browser where the account signed in before is told the scanner’s name', async ({
  desktop,
  phone,
}) => {
  const { name } = await signedIn(phone)
  await desktop.goto('/login')
  await scan(phone, desktop)
  await approve(phone)
  await arrived(desktop)
  await desktop.getByRole('button', { name: 'Sign out' }).click()
  await expect(desktop).toHaveURL('/login')
  await scan(phone, desktop)
  await expect(desktop.getByText(name)).toBeVisible()
})

test('“Not me” after signing in on a new browser signs it out at once', async ({ desktop, phone, rows }) => {
  await signedIn(phone)
  await desktop.goto('/login')
  const { id } = await scan(phone, desktop)
  await approve(phone)
  await arrived(desktop)
  await desktop.getByRole('button', { name: 'Not me' }).click()
  await expect(desktop).toHaveURL('/login')
  expect((await rows.sessionOf(id)).endReason).toBe('signed_out')
})

test('several tabs of one browser each sign in with their own code', async ({ desktop, phone, rows }) => {
  await signedIn(phone)
  const second = await desktop.context().newPage()
  await desktop.goto('/login')
  const codes = [await readCode(desktop)]
  await second.bringToFront()
  await second.goto('/login?next=/sessions')
  codes.push(await readCode(second))
  expect(codes[0]?.id).not.toBe(codes[1]?.id)

  await scan(phone, second)
  await approve(phone)
  await arrived(second, '/sessions')
  // A page asks for news while it is seen, and only the tab in front is.
  await desktop.bringToFront()
  await scan(phone, desktop)
  await approve(phone)
  await arrived(desktop)
  expect(await rows.statesOf(codes.map(({ id }) => id))).toEqual(['consumed', 'consumed'])
})

test('who is signed in already can leave for another account', async ({ desktop }) => {
  await signedIn(desktop)
  await desktop.goto('/login?next=/account')
  await desktop.getByRole('button', { name: inEnglish.words.login.other }).click()
  await readCode(desktop)
  await expect(desktop).toHaveURL('/login?next=%2Faccount')
})

test('who is signed in already is told so, and goes on', async ({ phone }) => {
  const { name } = await signedIn(phone)
  await phone.goto('/login?next=/account')
  await expect(phone.getByRole('heading', { name: `You're signed in as ${name}.` })).toBeVisible()
  await phone.getByRole('link', { name: 'Continue' }).click()
  await expect(phone).toHaveURL('/account')
})

for (const goal of ['/account', '/sessions?x=1'])
  test(`signing in lands on ${goal}, where it came from`, async ({ desktop, server }) => {
    const { phone } = await signedInPhone(server)
    await desktop.goto(`/login?next=${encodeURIComponent(goal)}`)
    await letInBy(phone, (await readCode(desktop)).url)
    await arrived(desktop, goal)
    await expect(desktop.getByRole('heading', { level: 1 })).toBeVisible()
  })

const elsewhere = [
  '//evil.example',
  'https://evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  'javascript:alert(1)',
  '/api/auth/session',
]
for (const goal of elsewhere)
  test(`signing in never lands on ${JSON.stringify(goal)}`, async ({ desktop, server }) => {
    const { phone } = await signedInPhone(server)
    await desktop.goto(`/login?next=${encodeURIComponent(goal)}`)
    await letInBy(phone, (await readCode(desktop)).url)
    await expect(desktop.getByRole('button', { name: 'Sign out' })).toBeVisible()
    await expect(desktop).toHaveURL('/')
  })
