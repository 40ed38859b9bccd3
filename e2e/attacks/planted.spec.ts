/** Cookies that somebody planted in the victim's browser, and sign-ins to the wrong account. */
import { at, ELSEWHERE, expect, isSignedIn, observed, outcomeFor, outcomeIf, test } from '../support/attacks'
import { approval, openingDesktop, scannedRequest } from '../support/client'
import { newPerson, signedIn, signedInAgain } from '../support/people'
import { approve, arrived, scan } from '../support/steps'
import { messages as t, say } from '../support/words'

test.use({ policy: 'off' })

test('a planted cookie is not adopted: opening mints a fresh secret', async ({ site, openDesktop }) => {
  const { desktop: attacker, id } = await openingDesktop(site)
  const planted = {
    name: `qrl-login-${id}`,
    value: 'attacker-knows-this-value-attacker-knows-it',
    url: site.url,
  }
  const victim = await openDesktop()
  await victim.context().addCookies([planted])

  expect((await victim.request.get(`/api/login/${id}`)).status()).toBe(404)
  await victim.goto('/login')
  await expect(victim.getByRole('group', { name: t.login.codeToType })).toHaveText(/^[A-Z]{4}-[A-Z]{4}$/)
  const minted = (await victim.context().cookies()).filter(
    (cookie) => cookie.name.startsWith('qrl-login-') && cookie.name !== planted.name,
  )
  expect(minted).toHaveLength(1)
  expect(minted[0]).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
  expect(minted[0]?.value).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(minted[0]?.value).not.toBe(attacker.cookies.get(planted.name))
})

test('a planted desktop secret of the attacker’s own request signs nobody in unasked', async ({
  desktop: victim,
  site,
}) => {
  const { desktop: attacker, id, phone, scanToken } = await scannedRequest(site)
  const name = `qrl-login-${id}`
  await victim.context().addCookies([{ name, value: attacker.cookies.get(name)!, url: site.url }])
  await phone.post(`/api/login/${id}/confirm`, approval(scanToken))
  await victim.goto('/login')
  await expect(victim.getByRole('img', { name: t.login.image })).toBeVisible()
  observed('plantedDesktop', await outcomeFor(victim)).toBe('stopped')
})

test('a planted device cookie is replaced when its browser signs in', async ({
  desktop: victim,
  openDesktop,
}) => {
  const attacker = await openDesktop(at(ELSEWHERE))
  await signedIn(attacker, newPerson('Mallory'))
  const device = async (page: typeof victim) =>
    (await page.context().cookies()).find(({ name }) => name === 'qrl-device')!
  const planted = await device(attacker)
  await victim.context().addCookies([planted])
  const person = await signedIn(victim)
  observed('plantedDevice', outcomeIf((await device(victim)).value === planted.value)).toBe('stopped')
  // And the attacker's own account is where its browser still is.
  expect(await attacker.request.get('/api/auth/session').then((answer) => answer.text())).not.toContain(
    person.email,
  )
  await signedInAgain(victim, person)
  expect((await device(victim)).value).not.toBe(planted.value)
})

test('a desktop that somebody else’s phone let in says whose account it is', async ({
  openDesktop,
  openPhone,
}) => {
  const mallory = await openPhone(at(ELSEWHERE))
  await signedIn(mallory, newPerson('Mallory Malice'))
  const victim = await openDesktop()
  await victim.goto('/login')
  await scan(mallory, victim)
  await approve(mallory)
  await arrived(victim)
  const banner = victim.getByText(say(t.home.banner, { name: 'Mallory Malice' }))
  await expect(banner).toBeVisible()
  const told = (await banner.isVisible()) ? ', and the page says whose account it is' : ''
  observed('attackersAccount', `${outcomeIf(await isSignedIn(victim))}${told}`).toBe(
    'succeeds, and the page says whose account it is',
  )
  await victim.getByRole('button', { name: t.home.notMe }).click()
  await expect(victim).toHaveURL('/login')
  expect(await isSignedIn(victim)).toBe(false)
})
