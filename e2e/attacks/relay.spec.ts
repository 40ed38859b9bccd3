/**
 * The live relay: a third browser opens the sign-in page and shows its code to somebody who thinks that it is meant for
 * them, and who does what a hurried person does: one plain tap.
 */
import type { BrowserContextOptions, Page } from '@playwright/test'
import {
  ABROAD,
  at,
  ELSEWHERE,
  expect,
  observed,
  outcomeFor,
  test,
  TRUSTED,
  UNDETERMINED,
  VICTIM,
} from '../support/attacks'
import { newPerson, signedIn, signedInAgain, type Person } from '../support/people'
import { numbers, pickWrong, scan } from '../support/steps'
import { fallFor, relay } from '../support/victims'
import { messages as t } from '../support/words'
import { POLICIES } from './catalogue'

const NETWORKS = [
  ['tapSame', VICTIM],
  ['tapElsewhere', ELSEWHERE],
  ['tapUndetermined', UNDETERMINED],
  ['tapTrusted', TRUSTED],
  ['tapAbroad', ABROAD],
] as const

type Open = (options: BrowserContextOptions) => Promise<Page>

const approveButton = (phone: Page) =>
  phone.getByRole('button', { name: t.scan.confirm.approve, exact: true })

/** A browser in which the account signed in with its password, and whose session is gone. */
async function knownBrowser(open: Open, person: Person, address: string): Promise<Page> {
  const page = await open(at(address))
  await signedInAgain(page, person)
  await page.context().clearCookies({ name: 'qrl-session' })
  return page
}

async function deviceCookie(page: Page) {
  const cookies = await page.context().cookies()
  return cookies.find(({ name }) => name === 'qrl-device')!
}

for (const policy of POLICIES)
  test.describe(`with the policy ${policy}, one plain tap`, () => {
    test.use({ policy })
    const asked = policy !== 'off'
    const expected = asked ? 'stopped' : 'succeeds'

    test(`lets ${asked ? 'no' : 'a'} strange desktop in, on any network`, async ({
      openDesktop,
      openPhone,
      trouble,
    }) => {
      trouble.expect(/403 .* @ \/api\/login\/scan/)
      const phone = await openPhone(at(VICTIM))
      await signedIn(phone)
      for (const [attack, address] of NETWORKS) {
        const attacker = await openDesktop(at(address))
        await relay(attacker, phone, 'nothing')
        await expect(approveButton(phone)).toHaveCount(0)
        observed(attack, await outcomeFor(attacker), [policy]).toBe(expected)
      }
    })

    test('is all the same with a device cookie that is not the victim’s', async ({
      openDesktop,
      openPhone,
    }) => {
      const phone = await openPhone(at(VICTIM))
      const victim = await signedIn(phone)
      const foreign = await openDesktop(at(VICTIM))
      await signedIn(foreign, newPerson('Mallory'))
      await foreign.context().clearCookies({ name: 'qrl-session' })
      await relay(foreign, phone, 'nothing')
      observed('tapForeignDevice', await outcomeFor(foreign), [policy]).toBe(expected)

      const device = await deviceCookie(await knownBrowser(openDesktop, victim, VICTIM))
      const half = await openDesktop(at(VICTIM))
      const value = `${device.value.split('.')[0]}.${'A'.repeat(43)}`
      await half.context().addCookies([{ ...device, value }])
      await relay(half, phone, 'nothing')
      observed('tapHalfDevice', await outcomeFor(half), [policy]).toBe(expected)
    })

    test('lets in a browser that the account knows, but not by letters told on the telephone', async ({
      openDesktop,
      openPhone,
    }) => {
      const phone = await openPhone(at(VICTIM))
      const victim = await signedIn(phone)
      const attacker = await knownBrowser(openDesktop, victim, ELSEWHERE)
      await attacker.goto('/login')
      const letters = attacker.getByLabel(t.login.codeToType)
      await expect(letters).toHaveText(/^[A-Z]{4}-[A-Z]{4}$/)
      await phone.goto('/scan')
      await phone.getByLabel(t.scan.entry.code, { exact: true }).fill(await letters.innerText())
      await phone.getByRole('button', { name: t.scan.entry.continue }).click()
      await expect(phone.getByRole('heading', { name: t.scan.confirm.title })).toBeVisible()
      await fallFor(phone, attacker, 'nothing')
      observed('typedCode', await outcomeFor(attacker), [policy]).toBe(expected)

      for (const address of [VICTIM, ELSEWHERE, TRUSTED]) {
        const known = await knownBrowser(openDesktop, victim, address)
        await relay(known, phone, 'nothing')
        observed('tapKnown', await outcomeFor(known), [policy]).toBe('succeeds')
      }
    })
  })

test('the number can’t be left out of the call', async ({ openDesktop, openPhone, rows, trouble }) => {
  trouble.expect(/403 .* @ \/api\/login\/[\w-]+\/confirm/)
  const phone = await openPhone(at(TRUSTED))
  await signedIn(phone)
  const attacker = await openDesktop(at(TRUSTED))
  await attacker.goto('/login')
  const { id } = await scan(phone, attacker)
  await phone.route('**/confirm', (route) => {
    const { number: _, ...body } = route.request().postDataJSON() as Record<string, unknown>
    return route.continue({ postData: JSON.stringify(body) })
  })
  const answered = phone.waitForResponse('**/confirm')
  await numbers(phone).first().click()
  expect((await answered).status()).toBe(403)
  expect((await rows.request(id)).state).toBe('scanned')
  expect(await outcomeFor(attacker)).toBe('stopped')
})

test('after a wrong number even the known browser shows one', async ({ openDesktop, openPhone, trouble }) => {
  trouble.expect(/403 .* @ \/api\/login\/[\w-]+\/confirm/)
  const phone = await openPhone(at(VICTIM))
  const own = await knownBrowser(openDesktop, await signedIn(phone), VICTIM)
  const attacker = await openDesktop(at(VICTIM))
  await attacker.goto('/login')
  await scan(phone, attacker)
  await pickWrong(phone, attacker)
  await expect(attacker.getByRole('button', { name: t.login.newCode })).toBeVisible()
  expect(await outcomeFor(attacker)).toBe('stopped')
  await own.goto('/login')
  await scan(phone, own)
  await expect(numbers(phone)).toHaveCount(3)
})
