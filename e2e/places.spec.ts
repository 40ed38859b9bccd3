/** Where the asking desktop is, next to where the phone is: what the person reads, and what has to be proven. */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { axeOn, expectNothingFound } from './support/axe'
import { signedIn, signedInAgain } from './support/people'
import { readCode } from './support/qr'
import { approve, approveByNumber, arrived, codeShown, numbers, scan, status } from './support/steps'
import { inChinese, messages as t, say } from './support/words'

const UTRECHT = '203.0.113.1'
const UTRECHT_TOO = '203.0.113.2'
const GRONINGEN = '203.0.113.3'
const PORTO = '203.0.113.4'
const NOWHERE = '203.0.113.99'

const NETHERLANDS = { country: 'NL', radius: 10 }
const TOWN = { city: { en: 'Utrecht', zh: '乌得勒支' }, latitude: 52.09, longitude: 5.12 }

test.use({
  serverOptions: {
    policy: 'adaptive',
    behindProxy: true,
    places: {
      [`${UTRECHT}/32`]: { ...NETHERLANDS, ...TOWN },
      [`${UTRECHT_TOO}/32`]: { ...NETHERLANDS, ...TOWN },
      [`${GRONINGEN}/32`]: { ...NETHERLANDS, city: { en: 'Groningen' }, latitude: 53.22, longitude: 6.57 },
      [`${PORTO}/32`]: {
        city: { en: 'Porto', zh: '波尔图' },
        country: 'PT',
        latitude: 41.15,
        longitude: -8.61,
        radius: 20,
      },
    },
  },
})

const at = (address: string) => ({ extraHTTPHeaders: { 'X-Forwarded-For': address } })

/** Who calls from where: each test says it with the addresses of the two. */
interface Callers {
  desktop: Page
  phone: Page
}

const story = test.extend<{ callers: (there: string, here: string) => Promise<Callers> }>({
  callers: async ({ openDesktop, openPhone }, provide) => {
    await provide(async (there, here) => {
      const phone = await openPhone(at(here))
      await signedIn(phone)
      const desktop = await openDesktop(at(there))
      await desktop.goto('/login')
      return { desktop, phone }
    })
  },
})

const here = (place: string) => ({
  notNear: say(t.place.notNear, { place }),
  otherCountry: say(t.place.otherCountry, { place }),
})

story('near: the facts stand there without a mark', async ({ callers }) => {
  const { desktop, phone } = await callers(UTRECHT, UTRECHT)
  await scan(phone, desktop)
  await expect(phone.getByText(say(t.place.approximate, { place: 'Utrecht, Netherlands' }))).toBeVisible()
  await expect(phone.getByText(UTRECHT, { exact: true })).toBeVisible()
  await expect(phone.getByText(t.scan.confirm.sameNetwork)).toBeVisible()
  for (const mark of Object.values(here('Utrecht, Netherlands')))
    await expect(phone.getByText(mark)).toHaveCount(0)
  await expect(numbers(phone)).toHaveCount(3)
})

story('in the same town at another address: that is said', async ({ callers }) => {
  const { desktop, phone } = await callers(UTRECHT_TOO, UTRECHT)
  await scan(phone, desktop)
  await expect(phone.getByText(say(t.scan.confirm.otherAddress, { address: UTRECHT }))).toBeVisible()
  await expect(phone.getByText(t.scan.confirm.sameNetwork)).toHaveCount(0)
  await expect(phone.getByText(here('Utrecht, Netherlands').notNear)).toHaveCount(0)
})

story('far away in the same country: both places, and the number', async ({ callers }) => {
  const { desktop, phone } = await callers(UTRECHT, GRONINGEN)
  await scan(phone, desktop)
  await expect(phone.getByText(here('Groningen, Netherlands').notNear)).toBeVisible()
  await approveByNumber(phone, desktop)
  await expect(phone.getByRole('heading', { name: t.scan.done.title })).toBeVisible()
  await arrived(desktop)
})

story('in another country: both countries, the number, and the code', async ({ callers }) => {
  const { desktop, phone } = await callers(UTRECHT, PORTO)
  await scan(phone, desktop)
  await expect(phone.getByText(say(t.place.approximate, { place: 'Utrecht, Netherlands' }))).toBeVisible()
  await expect(phone.getByText(here('Porto, Portugal').otherCountry)).toBeVisible()
  await expect(phone.getByText(here('Porto, Portugal').notNear)).toHaveCount(0)
  await approveByNumber(phone, desktop)
  await expect(phone.getByRole('heading', { name: t.scan.owed.title })).toBeVisible()
})

story('a phone that loads its page again still shows the code that is owed', async ({ callers }) => {
  const { desktop, phone } = await callers(UTRECHT, PORTO)
  await scan(phone, desktop)
  await approveByNumber(phone, desktop)
  await expect(phone.getByRole('heading', { name: t.scan.owed.title })).toBeVisible()
  const owed = codeShown(phone)
  const code = await owed.innerText()
  await phone.reload()
  await expect(owed).toHaveText(code)
  await phone.getByLabel(t.language.label).selectOption('zh')
  await expect(phone.getByRole('heading', { name: inChinese.words.scan.owed.title })).toBeVisible()
  await expect(owed).toHaveText(code)
  await desktop.getByRole('textbox').fill(code.replace(/\s/g, ''))
  await arrived(desktop)
})

story('after it was taken back, a reload shows no code', async ({ callers }) => {
  const { desktop, phone } = await callers(UTRECHT, PORTO)
  await scan(phone, desktop)
  await approveByNumber(phone, desktop)
  await phone.getByRole('button', { name: t.scan.owed.undo }).click()
  await expect(phone.getByRole('heading', { name: t.scan.end.taken_back.title })).toBeVisible()
  expect(await phone.evaluate(() => sessionStorage.length)).toBe(0)
})

story(
  'a desktop that the account knows asks for all that from another country as well',
  async ({ openDesktop, openPhone }) => {
    const phone = await openPhone(at(UTRECHT))
    const person = await signedIn(phone)
    const desktop = await openDesktop(at(UTRECHT))
    await signedInAgain(desktop, person)
    await desktop.context().clearCookies({ name: 'qrl-session' })
    await desktop.goto('/login')
    await scan(phone, desktop)
    await expect(phone.getByRole('radio', { name: t.scan.confirm.stay30d })).toBeVisible()
    await approve(phone)
    await arrived(desktop)

    await desktop.context().clearCookies({ name: 'qrl-session' })
    await desktop.context().setExtraHTTPHeaders(at(PORTO).extraHTTPHeaders)
    await desktop.goto('/login')
    await scan(phone, desktop)
    await approveByNumber(phone, desktop)
    await expect(phone.getByRole('heading', { name: t.scan.owed.title })).toBeVisible()
  },
)

story(
  'a place that nobody knows is said where the phone’s is known, and else left out',
  async ({ callers }) => {
    const known = await callers(NOWHERE, UTRECHT)
    await scan(known.phone, known.desktop)
    await expect(known.phone.getByText(t.place.unknown)).toBeVisible()
    const unknown = await callers(NOWHERE, NOWHERE)
    await scan(unknown.phone, unknown.desktop)
    await expect(unknown.phone.getByText(NOWHERE, { exact: true })).toBeVisible()
    await expect(unknown.phone.getByText(t.place.unknown)).toHaveCount(0)
  },
)

story('in Chinese, places have their Chinese names', async ({ openDesktop, openPhone }) => {
  const { locale, words } = inChinese
  const phone = await openPhone({ ...at(PORTO), locale })
  await signedIn(phone)
  const desktop = await openDesktop({ ...at(UTRECHT), locale })
  await desktop.goto('/login')
  await scan(phone, desktop, words)
  await expect(phone.getByText(say(words.place.approximate, { place: '荷兰乌得勒支' }))).toBeVisible()
  await expect(phone.getByText(say(words.place.otherCountry, { place: '葡萄牙波尔图' }))).toBeVisible()
})

story(
  'a reported desktop is declined, and can’t ask that account again',
  async ({ callers, openPhone, trouble }) => {
    trouble.expect(/403 .* @ \/api\/login\/scan/)
    const { desktop, phone } = await callers(PORTO, UTRECHT)
    await scan(phone, desktop)
    await phone.getByRole('button', { name: t.scan.confirm.report }).click()
    await expect(phone.getByRole('heading', { name: t.scan.end.reported.title })).toBeFocused()
    await expect(phone.getByText(t.scan.end.reported.body)).toBeVisible()
    await expect(status(desktop)).toHaveText(t.login.rejected.declined)

    await desktop.getByRole('button', { name: t.login.newCode }).click()
    await expect(desktop.getByRole('heading', { level: 1 })).toBeFocused()
    const code = await scanRefused(phone, desktop)
    await expect(phone.getByRole('heading', { name: t.scan.end.blocked.title })).toBeVisible()
    await expect(phone.getByText(t.scan.end.blocked.body)).toBeVisible()

    const other = await openPhone(at(UTRECHT))
    await signedIn(other)
    await other.goto(code)
    await expect(other.getByRole('heading', { name: t.scan.confirm.title })).toBeVisible()
  },
)

/** The phone scans, and is told how that ended. */
async function scanRefused(phone: Page, desktop: Page): Promise<string> {
  const { url } = await readCode(desktop)
  await phone.goto(url)
  return url
}

story.describe('on a small phone', () => {
  for (const [name, there] of [
    ['the number', PORTO],
    ['a plain tap', null],
  ] as const)
    story(
      `with ${name}, what is to be read and what is to be pressed are both there`,
      async ({ openDesktop, openPhone }) => {
        const phone = await openPhone(at(UTRECHT))
        const person = await signedIn(phone)
        await phone.setViewportSize({ width: 360, height: 640 })
        const desktop = await openDesktop(at(there ?? UTRECHT))
        if (there === null) await signedInAgain(desktop, person)
        await desktop.context().clearCookies({ name: 'qrl-session' })
        await desktop.goto('/login')
        await scan(phone, desktop)
        const bar = phone.locator('[data-bar]')
        await expect(bar).toBeInViewport({ ratio: 1 })
        const barTop = await bar.evaluate((element) => element.getBoundingClientRect().top)
        const support = phone.getByText(t.scan.confirm.support)
        const bottom = await support.evaluate((element) => element.getBoundingClientRect().bottom)
        expect(bottom).toBeLessThanOrEqual(barTop)
        for (const button of await bar.getByRole('button').all()) {
          const { width = 0, height = 0 } = (await button.boundingBox()) ?? {}
          expect(Math.min(width, height), await button.innerText()).toBeGreaterThanOrEqual(44)
        }
      },
    )
})

story.describe('axe', () => {
  story.use({ contextOptions: { reducedMotion: 'reduce' } })

  story('finds nothing on the card with marks, nor on what a report leads to', async ({ callers }) => {
    const { desktop, phone } = await callers(PORTO, UTRECHT)
    await scan(phone, desktop)
    await expect(numbers(phone).first()).toBeEnabled()
    for (const colorScheme of ['light', 'dark'] as const) {
      await phone.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await expectNothingFound(axeOn(phone), colorScheme)
      // WCAG 2.2 §1.4.6 (AAA): what the decision rests on.
      const facts = axeOn(phone).include('[data-facts]')
      await expectNothingFound(facts.withRules(['color-contrast-enhanced']), colorScheme)
    }
    await phone.getByRole('button', { name: t.scan.confirm.report }).click()
    await expect(phone.getByRole('heading', { name: t.scan.end.reported.title })).toBeVisible()
    await expectNothingFound(axeOn(phone), 'reported')
  })
})
