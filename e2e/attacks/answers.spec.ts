/** What answers give away, and what their headers forbid. */
import { expect, test } from '../support/attacks'
import { Client, scannedRequest, signedInPhone } from '../support/client'
import { messages } from '../support/words'

test.use({ policy: 'off' })

test('no answer carries a hash', async ({ site, rows }) => {
  const { id, desktop, phone, code, person, scanToken } = await scannedRequest(site)
  const answers = [
    await desktop.get(`/api/login/${id}`),
    await phone.post('/api/login/scan', { code }),
    await phone.get('/api/sessions'),
    await phone.get('/api/auth/session'),
    await phone.get('/api/auth/providers'),
    await phone.send('PATCH', '/api/account', { body: { name: 'Ada' } }),
    await phone.post('/api/users', person),
    await phone.post(`/api/login/${id}/reject`, { scanToken }),
    await phone.get('/'),
    await phone.get('/sessions'),
    await phone.get('/account'),
  ]
  const everything = answers.map((answer) => `${answer.text} ${JSON.stringify(answer.headers)}`).join('\n')
  const hashes = await rows.secretHashes()
  expect(hashes.length).toBeGreaterThan(4)
  expect(hashes.filter((hash) => everything.includes(hash))).toEqual([])
  expect(everything).not.toMatch(/argon2|secretHash|passwordHash/)
})

test('an account that exists and one that does not refuse a password alike', async ({ site }) => {
  const { person } = await signedInPhone(site)
  const stranger = new Client(site)
  const wrong = await stranger.signIn({ ...person, password: 'not the password' })
  const unknown = await stranger.signIn({ ...person, email: 'nobody@example.org' })
  expect(wrong).toMatchObject({ status: 403, body: { code: 'proof_failed' } })
  expect({ ...unknown.body, requestId: '' }).toEqual({ ...wrong.body, requestId: '' })
})

test('a body of 17 KiB is refused, with and without its length announced', async ({ site }) => {
  const client = new Client(site)
  const body = JSON.stringify({ purpose: 'x'.repeat(17 * 1024) })
  expect((await client.post('/api/login', body)).status).toBe(413)
  const chunked = { 'content-length': undefined, 'transfer-encoding': 'chunked' }
  expect((await client.post('/api/login', body, chunked)).status).toBe(413)
})

test('what is no JSON, or holds what nobody asked for, is refused', async ({ site }) => {
  const client = new Client(site)
  for (const body of ['{', '[]', '"x"', '{"purpose":"sign_in","userId":"x"}'])
    expect(await client.post('/api/login', body)).toMatchObject({
      status: 400,
      body: { code: 'invalid_input' },
    })
})

test('every answer of the API forbids storing, framing and guessing', async ({ site }) => {
  const { phone } = await signedInPhone(site)
  for (const path of [
    '/api/sessions',
    '/api/auth/session',
    '/api/auth/nothing',
    '/api/nothing',
    `/api/login/x`,
  ]) {
    const { headers } = await phone.get(path)
    expect.soft(headers['cache-control'], path).toMatch(/^private, .*no-store/)
    expect.soft(headers['x-content-type-options'], path).toBe('nosniff')
    expect.soft(headers['content-security-policy'], path).toContain("default-src 'none'")
    expect.soft(headers['referrer-policy'], path).toBe('same-origin')
  }
})

for (const path of ['/', '/sessions', '/account', '/scan', '/login', '/signin'])
  test(`the page ${path} is sent with strict headers and not stored`, async ({ site }) => {
    const { phone } = await signedInPhone(site)
    const { headers } = await phone.get(path)
    const policy = String(headers['content-security-policy'])
    const scripts = /script-src ([^;]*)/.exec(policy)?.[1] ?? ''
    expect(scripts).toMatch(/'nonce-[A-Za-z0-9+/=]{20,}'/)
    expect(scripts).not.toMatch(/'unsafe-(inline|eval)'/)
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("base-uri 'none'")
    expect(headers['permissions-policy']).toContain(
      `camera=(${path === '/scan' ? 'self' : ''}), microphone=()`,
    )
    expect(headers['referrer-policy']).toBe('same-origin')
    expect(headers['x-frame-options']).toBe('DENY')
    expect(headers['cache-control']).toContain('no-store')
    expect((await phone.get(path)).headers['content-security-policy']).not.toBe(policy)
  })

test('a page’s scripts carry the nonce of its own answer', async ({ site }) => {
  const { text, headers } = await new Client(site).get('/login')
  const nonce = /'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1]
  const scripts = text.match(/<script\b[^>]*>/g) ?? []
  expect(scripts.length).toBeGreaterThan(3)
  expect(scripts.filter((script) => !script.includes(`nonce="${nonce}"`))).toEqual([])
})

test('a script that was injected into a page does not run', async ({ desktop, trouble }) => {
  trouble.expect(/Content Security Policy/)
  await desktop.goto('/signin')
  const { directive, ran } = await desktop.evaluate(async () => {
    const violation = new Promise<SecurityPolicyViolationEvent>((resolve) =>
      document.addEventListener('securitypolicyviolation', resolve, { once: true }),
    )
    const holder = document.createElement('div')
    holder.innerHTML = '<img src="data:," onerror="window.injected = true">'
    document.body.append(holder)
    return { directive: (await violation).effectiveDirective, ran: 'injected' in window }
  })
  expect(directive).toBe('script-src-attr')
  expect(ran).toBe(false)
})

test('cookies are out of reach of scripts and of other sites', async ({ desktop }) => {
  await desktop.goto('/login')
  await expect(desktop.getByRole('group', { name: messages.login.codeToType })).toBeVisible()
  const cookies = await desktop.context().cookies()
  expect(cookies.length).toBeGreaterThan(0)
  for (const cookie of cookies) expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' })
  expect(await desktop.evaluate(() => document.cookie)).toBe('')
})
