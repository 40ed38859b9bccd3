/** Callers who lie about where they are, or whom they call. */
import { expect, observed, outcomeIf, test } from '../support/attacks'
import { Client, signedInPhone } from '../support/client'
import { messages as t } from '../support/words'

test.use({ policy: 'off' })

test('a forged forwarding header leaves the address undetermined', async ({ startServer }) => {
  const server = await startServer({ trusted: '203.0.113.0/24' })
  const desktop = new Client(server)
  const forged = {
    'x-forwarded-for': '203.0.113.7',
    'x-real-ip': '203.0.113.7',
    forwarded: 'for=203.0.113.7',
  }
  const { body } = await desktop.post('/api/login', {}, forged)
  const { phone } = await signedInPhone(server)
  const scanned = await phone.post('/api/login/scan', { code: body.qr.split('/scan/')[1] })
  expect(scanned.body.desktop).toMatchObject({ address: null, browser: 'Chrome', system: 'Windows' })
  const believed = scanned.body.desktop.address === '203.0.113.7' || scanned.body.risk === 'low'
  observed('forgedAddress', outcomeIf(believed)).toBe('stopped')
})

test('behind a declared proxy the address is the one that the proxy names, and no further one', async ({
  site,
}) => {
  const { phone } = await signedInPhone(site)
  const headers = { 'x-forwarded-for': '192.0.2.99, 203.0.113.7' }
  const { body } = await new Client(site).post('/api/login', {}, headers)
  const scanned = await phone.post('/api/login/scan', { code: body.qr.split('/scan/')[1] })
  expect(scanned.body.desktop.address).toBe('203.0.113.7')
})

test('forged private headers of the front door count for nothing', async ({ site, rows }) => {
  const desktop = new Client(site)
  const forged = {
    'x-qr-login-address': '203.0.113.7',
    'x-qr-login-bucket': 'mine',
    'x-qr-login-seal': 'x',
  }
  const { body } = await desktop.post('/api/login', {}, forged)
  expect((await rows.request(body.id)).desktopAddress).toMatch(/^(::1|127\.0\.0\.1)$/)
})

test('forging a new address each time does not escape the limits', async ({ startServer }) => {
  const strictServer = await startServer({ limits: true })
  const desktop = new Client(strictServer)
  const statuses = []
  for (let i = 0; i < 61; i++) {
    desktop.cookies.clear()
    const headers = { 'x-forwarded-for': `203.0.113.${i}`, 'x-qr-login-bucket': String(i) }
    statuses.push((await desktop.post('/api/login', {}, headers)).status)
  }
  expect(statuses.slice(0, 60).every((status) => status === 201)).toBe(true)
  observed('forgedLimits', outcomeIf(statuses[60] !== 429)).toBe('stopped')
})

for (const host of ['evil.example', 'localhost.evil.example', 'localhost', '127.0.0.1:1'])
  test(`the host ${host} is not answered for`, async ({ site }) => {
    const client = new Client(site)
    for (const path of ['/api/auth/csrf', '/login']) {
      const answer = await client.get(path, { host })
      expect(answer).toMatchObject({ status: 421, body: { code: 'misdirected' } })
    }
    const opened = await client.post('/api/login', {}, { host, 'sec-fetch-site': 'same-origin' })
    expect(opened.status).toBe(421)
  })

test('a request for a whole address instead of a path is not served', async ({ site }) => {
  const client = new Client(site)
  for (const target of ['http://evil.example/api/auth/csrf', `${site.url}/api/auth/csrf`])
    expect((await client.get(target)).status).toBe(400)
})

test('a page of a name that points here from elsewhere can call nothing', async ({
  launchOptions,
  playwright,
  site,
}) => {
  const rules = '--host-resolver-rules=MAP evil.example 127.0.0.1'
  const browser = await playwright.chromium.launch({
    ...launchOptions,
    args: [...(launchOptions.args ?? []), rules],
  })
  const page = await browser.newPage()
  const shown = await page.goto(`http://evil.example:${site.port}/login`)
  expect(await page.getByRole('heading', { name: t.login.title }).count()).toBe(0)
  const called = await page.evaluate(async () => {
    const calls = [
      fetch('/api/auth/csrf'),
      fetch('/api/login', { method: 'POST' }),
      fetch('/login'),
      fetch('/api/health/ready'),
    ]
    return (await Promise.all(calls)).map(({ status }) => status)
  })
  await browser.close()
  const refused = [shown?.status(), ...called].every((status) => status === 421)
  observed('rebinding', outcomeIf(!refused)).toBe('stopped')
})
