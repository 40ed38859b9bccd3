/** Other websites in the victim's browser, where it is signed in. */
import type { Page } from '@playwright/test'
import { at, call, ELSEWHERE, expect, observed, outcomeFor, test } from '../support/attacks'
import { approval, Client, scannedRequest, signedInPhone } from '../support/client'
import { newPerson, signedIn } from '../support/people'
import { readCode } from '../support/qr'

test.use({ policy: 'off' })

const FOREIGN: Record<string, Record<string, string | undefined>> = {
  'from another origin': { origin: 'https://evil.example' },
  'from another port of this host': { origin: 'http://localhost:1' },
  'from a sandboxed frame': { origin: 'null' },
  'without an origin': { origin: undefined },
  'that the browser calls cross-site': { 'sec-fetch-site': 'cross-site' },
  'that the browser calls same-site': { 'sec-fetch-site': 'same-site' },
  'that the browser calls typed in': { 'sec-fetch-site': 'none' },
}

test('a changing call that does not come from our own pages is refused', async ({ site, rows }) => {
  const { id, desktop, phone, code, scanToken } = await scannedRequest(site)
  const refused = { status: 403, body: { code: 'cross_site' } }
  for (const [name, headers] of Object.entries(FOREIGN)) {
    const answers = [
      await desktop.post('/api/login', {}, headers),
      await desktop.send('DELETE', `/api/login/${id}`, { headers }),
      await phone.post('/api/login/scan', { code }, headers),
      await phone.post(`/api/login/${id}/confirm`, approval(scanToken), headers),
      await phone.post('/api/auth/signout', {}, headers),
      await phone.send('DELETE', '/api/sessions', { headers }),
    ]
    for (const answer of answers) expect(answer, name).toMatchObject(refused)
    expect((await rows.request(id)).state, name).toBe('scanned')
    expect(await phone.isSignedIn(), name).toBe(true)
  }
})

test('a sign-in that does not come from our own pages is refused, with next-auth’s own token as well', async ({
  site,
}) => {
  const { person } = await signedInPhone(site)
  const { email, password } = person
  const browser = new Client(site)
  const { csrfToken } = (await browser.get('/api/auth/csrf')).body
  for (const [name, headers] of Object.entries(FOREIGN)) {
    const fields = { email, password, csrfToken }
    const answer = await browser.post('/api/auth/callback/password', fields, headers)
    expect(answer, name).toMatchObject({ status: 403, body: { code: 'cross_site' } })
    expect(browser.cookies.has('qrl-session')).toBe(false)
  }
})

/** A form that sends itself as soon as it is shown. Quotes are the only thing in a value that could end it. */
function posting(action: string, fields: Record<string, string>, enctype = ''): string {
  const inputs = Object.entries(fields).map(([name, value]) => `<input name='${name}' value='${value}'>`)
  return `<!doctype html><form method="post" action="${action}" enctype="${enctype}">${inputs.join('')}</form>
    <script>document.forms[0].submit()</script>`
}

/** JSON as a form can send it: a pair whose equals sign stands in a text. */
const asPair = (body: object): Record<string, string> => ({
  [`${JSON.stringify(body).slice(0, -1)},"pad":"`]: '"}',
})

/** The attacker's own browser shows a code. */
async function showCode(attacker: Page): Promise<{ url: string; id: string }> {
  await attacker.goto('/login')
  return readCode(attacker)
}

test('a foreign page that knows the scan token approves nothing', async ({
  foreign,
  openDesktop,
  phone,
  rows,
  site,
  trouble,
}) => {
  trouble.expect(/another origin/, /CORS|Failed to load resource/)
  await signedIn(phone)
  const attacker = await openDesktop(at(ELSEWHERE))
  const { url, id } = await showCode(attacker)
  const { body: scanned } = await call(phone, 'POST', '/api/login/scan', { code: url.split('/scan/')[1] })
  const body = approval(scanned.scanToken as string)
  const address = `${site.url}/api/login/${id}/confirm`
  await phone.goto(await foreign('<!doctype html><title>Win a prize</title>'))
  await phone.evaluate(
    async ({ address, body }) => {
      const headers = { 'content-type': 'application/json' }
      const ways: RequestInit[] = [{ mode: 'no-cors' }, { mode: 'cors' }, { mode: 'cors', headers }]
      for (const way of ways)
        await fetch(address, { ...way, method: 'POST', credentials: 'include', body }).catch(() => {})
    },
    { address, body: JSON.stringify(body) },
  )
  const posted = phone.waitForResponse(address)
  await phone.goto(await foreign(posting(address, asPair(body), 'text/plain')), { waitUntil: 'commit' })
  expect((await posted).status()).toBe(403)
  expect((await rows.request(id)).state).toBe('scanned')
  observed('crossSiteConfirm', await outcomeFor(attacker)).toBe('stopped')
})

test('a foreign page can’t sign the browser in to the attacker’s account', async ({
  desktop: victim,
  foreign,
  openDesktop,
  site,
  trouble,
}) => {
  trouble.expect(/another origin/, /Failed to load resource/)
  const mallory = await openDesktop(at(ELSEWHERE))
  const { email, password } = await signedIn(mallory, newPerson('Mallory'))
  const address = `${site.url}/api/auth/callback/password`
  const posted = victim.waitForResponse(address)
  const page = await foreign(posting(address, { email, password }))
  await victim.goto(page, { waitUntil: 'commit' })
  expect((await posted).status()).toBe(403)
  observed('attackersPassword', await outcomeFor(victim)).toBe('stopped')
})
