/** What a sign-in has to prove where the desktop is strange, and how few actions that takes. */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { ACTIONS, type Risk } from './support/action-table'
import { signedIn, signedInAgain } from './support/people'
import { readCode } from './support/qr'
import {
  approve,
  approveByNumber,
  arrived,
  codeShown,
  letIn,
  numbers,
  pickWrong,
  scan,
  shownNumber,
} from './support/steps'
import { messages as t } from './support/words'

test.use({ serverOptions: { policy: 'adaptive' } })

/** Counts what a person does on a page from here on: presses, and fields that are filled in. */
async function counting(page: Page): Promise<() => number> {
  const actions = new Set<string>()
  await page.exposeFunction('noteAction', (action: string) => void actions.add(action))
  await page.evaluate(() => {
    const { noteAction } = window as unknown as { noteAction: (action: string) => void }
    const note = ({ type, target, timeStamp }: Event) =>
      noteAction(target instanceof HTMLInputElement ? `field ${target.id}` : `${type} ${timeStamp}`)
    for (const type of ['click', 'input']) document.addEventListener(type, note, true)
  })
  return () => actions.size
}

/** Notes what a sign-in cost its person, for the table in README.md. */
function cost(risk: Risk, phone: number, desktop: number): void {
  test.info().annotations.push({ type: ACTIONS, description: JSON.stringify({ risk, phone, desktop }) })
}

test('a strange desktop is let in by one tap on the number that it shows', async ({ desktop, phone }) => {
  await signedIn(phone)
  await desktop.goto('/login')
  await scan(phone, desktop)
  await expect(phone.getByRole('button', { name: t.scan.confirm.approve, exact: true })).toHaveCount(0)
  await expect(numbers(phone)).toHaveCount(3)
  await expect(numbers(phone).filter({ hasText: await shownNumber(desktop) })).toHaveCount(1)
  const [taps, presses] = [await counting(phone), await counting(desktop)]
  await approveByNumber(phone, desktop)
  await expect(phone.getByRole('heading', { name: t.scan.done.title })).toBeVisible()
  expect([taps(), presses()]).toEqual([1, 0])
  cost('medium', taps(), presses())
  await arrived(desktop)
})

test('a wrong number ends it on both sides, and signs nobody in', async ({
  desktop,
  phone,
  rows,
  trouble,
}) => {
  trouble.expect(/403 .* @ \/api\/login\/[\w-]+\/confirm/)
  await signedIn(phone)
  await desktop.goto('/login')
  const { id } = await scan(phone, desktop)
  await pickWrong(phone, desktop)
  await expect(numbers(phone)).toHaveCount(0)
  await expect(desktop.getByRole('button', { name: t.login.newCode })).toBeVisible()
  expect(await rows.request(id)).toMatchObject({ state: 'rejected', reason: 'wrong_number' })
  expect(await rows.sessionsOf(id)).toEqual([])
})

test('the number stays while both sides load their pages again', async ({ desktop, phone }) => {
  await signedIn(phone)
  await desktop.goto('/login')
  await scan(phone, desktop)
  const shown = await shownNumber(desktop)
  const offered = await numbers(phone).allInnerTexts()
  await phone.reload()
  await expect(numbers(phone)).toHaveText(offered)
  expect(await shownNumber(desktop)).toBe(shown)
  await approveByNumber(phone, desktop)
  await arrived(desktop)
})

test('a browser that the account signed in on before is let in by one tap', async ({ desktop, phone }) => {
  const person = await signedIn(phone)
  await signedInAgain(desktop, person)
  await desktop.context().clearCookies({ name: 'qrl-session' })
  await desktop.goto('/login')
  await scan(phone, desktop)
  const [taps, presses] = [await counting(phone), await counting(desktop)]
  await approve(phone)
  expect([taps(), presses()]).toEqual([1, 0])
  cost('low', taps(), presses())
  await arrived(desktop)
})

test('a browser that was let in a moment ago is still a strange one', async ({ desktop, phone }) => {
  await signedIn(phone)
  for (let times = 0; times < 2; times++) {
    await desktop.goto('/login')
    await scan(phone, desktop)
    await approveByNumber(phone, desktop)
    await arrived(desktop)
    await desktop.context().clearCookies({ name: 'qrl-session' })
  }
})

/** Two wrong numbers, and the third code is scanned. */
async function scanAtHighRisk(phone: Page, openDesktop: () => Promise<Page>): Promise<Page> {
  for (let wrong = 0; wrong < 2; wrong++) {
    const desktop = await openDesktop()
    await desktop.goto('/login')
    await scan(phone, desktop)
    await pickWrong(phone, desktop)
    await expect(numbers(phone)).toHaveCount(0)
    await desktop.close()
  }
  const desktop = await openDesktop()
  await desktop.goto('/login')
  await scan(phone, desktop)
  return desktop
}

const codeField = (desktop: Page) => desktop.getByRole('textbox')

/** The six digits that the phone shows, without the space between. */
async function shownCode(phone: Page): Promise<string> {
  return (await codeShown(phone).innerText()).replace(/\s/g, '')
}

test('after two wrong numbers it takes the number, and the code typed on the desktop', async ({
  phone,
  openDesktop,
  trouble,
}) => {
  trouble.expect(/403 .* @ \/api\/login\/[\w-]+\/confirm/)
  await signedIn(phone)
  const desktop = await scanAtHighRisk(phone, () => openDesktop())
  const taps = await counting(phone)
  await approveByNumber(phone, desktop)
  const code = await shownCode(phone)
  expect(taps()).toBe(1)
  const typed = await counting(desktop)
  await codeField(desktop).fill(`${code.slice(0, 3)} ${code.slice(3)}`)
  await arrived(desktop)
  expect(typed()).toBe(1)
  cost('high', taps(), typed())
})

test('a code that is mistyped twice is still good, and the third wrong one ends the request', async ({
  phone,
  openDesktop,
  rows,
  trouble,
}) => {
  trouble.expect(/403 .* @ \/api\/login\/[\w-]+\/confirm/, /403 .* @ \/api\/auth\/callback\/qr/)
  await signedIn(phone)
  const desktop = await scanAtHighRisk(phone, () => openDesktop())
  await approveByNumber(phone, desktop)
  const code = await shownCode(phone)
  const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0')
  for (let times = 0; times < 3; times++) {
    const answered = desktop.waitForResponse('**/api/auth/callback/qr')
    await codeField(desktop).fill(wrong)
    expect((await answered).status()).toBe(403)
  }
  await expect(desktop.getByRole('button', { name: t.login.newCode })).toBeVisible()
  const id = /\/scan\/([\w-]{22})/.exec(phone.url())![1]!
  expect(await rows.request(id)).toMatchObject({ state: 'rejected', reason: 'proof_tries' })
  expect(await rows.sessionsOf(id)).toEqual([])
})

test('where the policy is off, one tap lets a strange desktop in', async ({
  startServer,
  openDesktop,
  openPhone,
}) => {
  const server = await startServer({ policy: 'off' })
  const phone = await openPhone({ server })
  const desktop = await openDesktop({ server })
  await signedIn(phone)
  await letIn(phone, desktop)
})

test('where the policy is strict, a strange desktop has to prove all, and a risky one is refused', async ({
  startServer,
  openDesktop,
  openPhone,
  trouble,
}) => {
  trouble.expect(/403 .* @ \/api\/login\/[\w-]+\/confirm/, /403 .* @ \/api\/login\/scan/)
  const server = await startServer({ policy: 'strict' })
  const phone = await openPhone({ server })
  const desktop = await openDesktop({ server })
  await signedIn(phone)
  await desktop.goto('/login')
  await scan(phone, desktop)
  await approveByNumber(phone, desktop)
  await codeField(desktop).fill(await shownCode(phone))
  await arrived(desktop)

  for (let wrong = 0; wrong < 2; wrong++) {
    const other = await openDesktop({ server })
    await other.goto('/login')
    await scan(phone, other)
    await pickWrong(phone, other)
    await expect(numbers(phone)).toHaveCount(0)
  }
  const refused = await openDesktop({ server })
  await refused.goto('/login')
  const answered = phone.waitForResponse('**/api/login/scan')
  await phone.goto((await readCode(refused)).url)
  expect((await answered).status()).toBe(403)
  await expect(phone.getByRole('heading', { name: t.scan.end.refused.title })).toBeVisible()
  await expect(numbers(phone)).toHaveCount(0)
})
