/** What an attacker would try against the API, with every header and cookie at will. */
import { expect, test } from './fixtures'
import { SAFARI_ON_IPHONE } from './support/browsers'
import { approval, Client, openingDesktop, scannedRequest, signedInPhone } from './support/client'
import { messages } from './support/words'

test.describe('a login request belongs to the desktop that opened it', () => {
  test('a stolen code can neither read, end nor use the request', async ({ server }) => {
    const { id, phone, scanToken } = await scannedRequest(server)
    await phone.post(`/api/login/${id}/confirm`, approval(scanToken))
    const thief = new Client(server)

    expect(await thief.get(`/api/login/${id}`)).toMatchObject({ status: 404, body: { code: 'not_found' } })
    expect(await thief.delete(`/api/login/${id}`)).toMatchObject({ status: 404 })
    expect(await thief.authenticate('callback/qr', { id })).toMatchObject({ status: 404 })
    expect(await thief.isSignedIn()).toBe(false)
  })

  test('a stranger’s request and one that never was are answered alike', async ({ server }) => {
    const { id } = await openingDesktop(server)
    const thief = new Client(server)
    const [strange, missing] = [
      await thief.get(`/api/login/${id}`),
      await thief.get(`/api/login/${'A'.repeat(22)}`),
    ]
    expect({ ...strange.body, requestId: '' }).toEqual({ ...missing.body, requestId: '' })
    expect(strange.status).toBe(missing.status)
  })

  test('a planted cookie is not adopted: opening mints a fresh secret', async ({ server, openDesktop }) => {
    const { desktop: attacker, id } = await openingDesktop(server)
    const planted = {
      name: `qrl-login-${id}`,
      value: 'attacker-knows-this-value-attacker-knows-it',
      url: server.url,
    }
    const victim = await openDesktop()
    await victim.context().addCookies([planted])

    expect((await victim.request.get(`/api/login/${id}`)).status()).toBe(404)
    await victim.goto('/login')
    await expect(victim.getByRole('group', { name: messages.login.codeToType })).toHaveText(
      /^[A-Z]{4}-[A-Z]{4}$/,
    )
    const minted = (await victim.context().cookies()).filter(
      (cookie) => cookie.name.startsWith('qrl-login-') && cookie.name !== planted.name,
    )
    expect(minted).toHaveLength(1)
    expect(minted[0]).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
    expect(minted[0]?.value).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(minted[0]?.value).not.toBe(attacker.cookies.get(planted.name))
  })

  test('a planted desktop secret of the attacker’s own request signs nobody in unasked', async ({
    server,
  }) => {
    const { desktop: attacker, id, phone, scanToken } = await scannedRequest(server)
    const victim = new Client(server)
    victim.cookies.set(`qrl-login-${id}`, attacker.cookies.get(`qrl-login-${id}`) ?? '')
    await phone.post(`/api/login/${id}/confirm`, approval(scanToken))
    const { body } = await victim.post('/api/login')
    expect(body.id).not.toBe(id)
    expect(await victim.isSignedIn()).toBe(false)
  })
})

test('a desktop can’t use its request before the phone has approved it', async ({ server, rows }) => {
  const { desktop, id, phone, scanToken } = await scannedRequest(server)
  const early = await desktop.authenticate('callback/qr', { id })
  expect(early).toMatchObject({ status: 409, body: { code: 'wrong_state' } })
  expect(rows.request(id).state).toBe('scanned')
  await phone.post(`/api/login/${id}/confirm`, approval(scanToken))
  expect((await desktop.authenticate('callback/qr', { id })).status).toBe(200)
  expect(await desktop.isSignedIn()).toBe(true)
})

test.describe('a scan belongs to the phone that made it', () => {
  test('another signed-in phone can’t scan, approve or decline', async ({ server, rows }) => {
    const { id, code, scanToken } = await scannedRequest(server)
    const { phone: other } = await signedInPhone(server)
    const own = await scannedRequest(server)

    expect(await other.post('/api/login/scan', { code })).toMatchObject({
      status: 409,
      body: { code: 'already_scanned' },
    })
    for (const token of [scanToken, own.scanToken]) {
      expect((await other.post(`/api/login/${id}/confirm`, approval(token))).status).toBe(404)
      expect((await other.post(`/api/login/${id}/reject`, { scanToken: token })).status).toBe(404)
      expect((await own.phone.post(`/api/login/${id}/confirm`, approval(token))).status).toBe(404)
    }
    expect(rows.request(id).state).toBe('scanned')
  })

  test('another phone of the same account can’t use a stolen scan token', async ({ server, rows }) => {
    const { id, person, scanToken } = await scannedRequest(server)
    const second = new Client(server, SAFARI_ON_IPHONE)
    await second.signIn(person)
    expect((await second.post(`/api/login/${id}/confirm`, approval(scanToken))).status).toBe(404)
    expect(rows.request(id).state).toBe('scanned')
  })

  test('a scan token approves once', async ({ server, rows }) => {
    const { id, phone, scanToken } = await scannedRequest(server)
    expect((await phone.post(`/api/login/${id}/confirm`, approval(scanToken))).status).toBe(200)
    const again = await phone.post(`/api/login/${id}/confirm`, approval(scanToken))
    expect(again).toMatchObject({ status: 409, body: { code: 'wrong_state' } })
    // All that is left to it is to take the approval back, once.
    expect((await phone.post(`/api/login/${id}/reject`, { scanToken })).status).toBe(200)
    expect((await phone.post(`/api/login/${id}/reject`, { scanToken })).status).toBe(409)
    expect(rows.request(id).state).toBe('rejected')
  })

  test('scanning again makes the older scan token worthless', async ({ server, rows }) => {
    const { id, code, phone, scanToken } = await scannedRequest(server)
    const again = await phone.post('/api/login/scan', { code })
    expect(again.body.scanToken).not.toBe(scanToken)
    expect((await phone.post(`/api/login/${id}/confirm`, approval(scanToken))).status).toBe(409)
    expect((await phone.post(`/api/login/${id}/confirm`, approval(again.body.scanToken))).status).toBe(200)
    expect(rows.request(id).state).toBe('confirmed')
  })

  test('a mistaken approval spends no token', async ({ server }) => {
    const { id, phone, scanToken } = await scannedRequest(server)
    const wrong = await phone.post(`/api/login/${id}/confirm`, { ...approval(scanToken), stay: 'for ever' })
    expect(wrong).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
    expect((await phone.post(`/api/login/${id}/confirm`, approval(scanToken))).status).toBe(200)
  })

  test('two approvals at the same time: one is right', async ({ server }) => {
    const { id, phone, scanToken } = await scannedRequest(server)
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => phone.post(`/api/login/${id}/confirm`, approval(scanToken))),
    )
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409, 409, 409])
  })

  test('two desktops’ worth of the same consume make one session', async ({ server, rows }) => {
    const { desktop, id, phone, scanToken } = await scannedRequest(server)
    await phone.post(`/api/login/${id}/confirm`, approval(scanToken))
    const { body } = await desktop.get('/api/auth/csrf')
    const consume = () =>
      desktop.post('/api/auth/callback/qr', { id, csrfToken: body.csrfToken, json: 'true' })
    const answers = await Promise.all([consume(), consume(), consume()])
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200])
    expect(rows.sessionsOf(id)).toHaveLength(1)
    expect(await desktop.isSignedIn()).toBe(true)
    expect(await consume()).toMatchObject({ status: 409, body: { code: 'already_used' } })
  })
})

test.describe('where a call comes from', () => {
  test('a forged forwarding header leaves the address undetermined', async ({ server, rows }) => {
    const desktop = new Client(server)
    const forged = {
      'x-forwarded-for': '203.0.113.7',
      'x-real-ip': '203.0.113.7',
      forwarded: 'for=203.0.113.7',
    }
    const { body } = await desktop.post('/api/login', {}, forged)
    expect(rows.request(body.id).desktopAddress).toBeNull()

    const { phone } = await signedInPhone(server)
    const scanned = await phone.post('/api/login/scan', { code: body.qr.split('/scan/')[1] })
    expect(scanned.body.desktop).toMatchObject({ address: null, browser: 'Chrome', system: 'Windows' })
  })

  test('behind a declared proxy the address is the one that the proxy names, and no further one', async ({
    startServer,
  }) => {
    const server = await startServer({ behindProxy: true })
    const { phone } = await signedInPhone(server)
    const headers = { 'x-forwarded-for': '192.0.2.99, 203.0.113.7' }
    const { body } = await new Client(server).post('/api/login', {}, headers)
    const scanned = await phone.post('/api/login/scan', { code: body.qr.split('/scan/')[1] })
    expect(scanned.body.desktop.address).toBe('203.0.113.7')
  })

  test('forged private headers of the front door count for nothing', async ({ server, rows }) => {
    const desktop = new Client(server)
    const forged = {
      'x-qr-login-address': '203.0.113.7',
      'x-qr-login-bucket': 'mine',
      'x-qr-login-seal': 'x',
    }
    const { body } = await desktop.post('/api/login', {}, forged)
    expect(rows.request(body.id).desktopAddress).toMatch(/^(::1|127\.0\.0\.1)$/)
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
    expect(statuses[60]).toBe(429)
  })

  for (const host of ['evil.example', 'localhost.evil.example', 'localhost', '127.0.0.1:1'])
    test(`the host ${host} is not answered for`, async ({ server }) => {
      const client = new Client(server)
      for (const path of ['/api/auth/csrf', '/login']) {
        const answer = await client.get(path, { host })
        expect(answer).toMatchObject({ status: 421, body: { code: 'misdirected' } })
      }
      const opened = await client.post('/api/login', {}, { host, 'sec-fetch-site': 'same-origin' })
      expect(opened.status).toBe(421)
    })

  test('a request for a whole address instead of a path is not served', async ({ server }) => {
    const client = new Client(server)
    for (const target of ['http://evil.example/api/auth/csrf', `${server.url}/api/auth/csrf`])
      expect((await client.get(target)).status).toBe(400)
  })

  const foreign: Record<string, Record<string, string | undefined>> = {
    'from another origin': { origin: 'https://evil.example' },
    'from another port of this host': { origin: 'http://localhost:1' },
    'from a sandboxed frame': { origin: 'null' },
    'without an origin': { origin: undefined },
    'that the browser calls cross-site': { 'sec-fetch-site': 'cross-site' },
    'that the browser calls same-site': { 'sec-fetch-site': 'same-site' },
    'that the browser calls typed in': { 'sec-fetch-site': 'none' },
  }
  for (const [name, headers] of Object.entries(foreign))
    test(`a changing call ${name} is refused`, async ({ server, rows }) => {
      const { id, desktop, phone, code, scanToken } = await scannedRequest(server)
      const refused = { status: 403, body: { code: 'cross_site' } }
      expect(await desktop.post('/api/login', {}, headers)).toMatchObject(refused)
      expect(await desktop.send('DELETE', `/api/login/${id}`, { headers })).toMatchObject(refused)
      expect(await phone.post('/api/login/scan', { code }, headers)).toMatchObject(refused)
      expect(await phone.post(`/api/login/${id}/confirm`, approval(scanToken), headers)).toMatchObject(
        refused,
      )
      expect(await phone.post('/api/auth/signout', {}, headers)).toMatchObject(refused)
      expect(await phone.send('DELETE', '/api/sessions', { headers })).toMatchObject(refused)
      expect(rows.request(id).state).toBe('scanned')
      expect(await phone.isSignedIn()).toBe(true)
    })

  test('a sign-in without next-auth’s own token is refused', async ({ server }) => {
    const { phone, person } = await signedInPhone(server)
    const { email, password } = person
    const stranger = new Client(server)
    for (const csrfToken of ['', 'made-up', undefined]) {
      const answer = await stranger.post('/api/auth/callback/password', { email, password, csrfToken })
      expect(answer.status).toBe(400)
      expect(stranger.cookies.has('qrl-session')).toBe(false)
    }
    expect(await phone.isSignedIn()).toBe(true)
  })
})

test.describe('a session token', () => {
  test('without its device cookie is signed out, and reported', async ({ server, rows }) => {
    const { phone } = await signedInPhone(server)
    const thief = new Client(server)
    thief.cookies.set('qrl-session', phone.cookies.get('qrl-session') ?? '')
    expect(await thief.get('/api/sessions')).toMatchObject({
      status: 401,
      body: { code: 'sign_in_required' },
    })
    expect(rows.auditTypes(phone.sessionId)).toContain('session_wrong_device')
    expect(await phone.isSignedIn()).toBe(true)
  })

  test('with somebody else’s device cookie is signed out', async ({ server, rows }) => {
    const { phone: victim } = await signedInPhone(server)
    const { phone: thief } = await signedInPhone(server)
    thief.cookies.set('qrl-session', victim.cookies.get('qrl-session') ?? '')
    expect(await thief.isSignedIn()).toBe(false)
    expect(rows.auditTypes(victim.sessionId)).toContain('session_wrong_device')
  })

  test('that was guessed or is torn is nobody’s', async ({ server }) => {
    const { phone } = await signedInPhone(server)
    const token = phone.cookies.get('qrl-session') ?? ''
    const guesses = [
      token.slice(0, -1),
      `${phone.sessionId}.${'A'.repeat(43)}`,
      phone.sessionId,
      `${token}.x`,
      '%00',
    ]
    for (const guess of guesses) {
      phone.cookies.set('qrl-session', guess)
      expect(await phone.isSignedIn()).toBe(false)
    }
    phone.cookies.set('qrl-session', token)
    expect(await phone.isSignedIn()).toBe(true)
  })

  test('is worthless after signing out, wherever it was copied to', async ({ server, rows }) => {
    const { phone } = await signedInPhone(server)
    const { sessionId } = phone
    const copy = new Client(server)
    for (const [name, value] of phone.cookies) copy.cookies.set(name, value)
    expect((await phone.authenticate('signout')).status).toBe(200)
    expect(await copy.isSignedIn()).toBe(false)
    expect(rows.session(sessionId).endReason).toBe('signed_out')
  })
})

test.describe('of next-auth’s own addresses only six exist', () => {
  const absent = [
    'GET signin',
    'GET signin/qr',
    'POST signin/qr',
    'POST signin/password',
    'GET error',
    'GET verify-request',
    'GET callback/qr',
    'GET callback/password',
    'POST callback/other',
    'POST callback/credentials',
    'POST _log',
    'POST session',
    'POST providers',
    'GET signout',
    'POST csrf',
    'PUT session',
    'DELETE session',
    'GET session/x',
    'POST callback/qr/x',
  ]
  for (const call of absent)
    test(`${call} is not there`, async ({ server }) => {
      const [method = '', path = ''] = call.split(' ')
      const { phone } = await signedInPhone(server)
      const answer = await phone.send(method, `/api/auth/${path}`, method === 'GET' ? {} : { body: {} })
      expect(answer.status).toBe(404)
      expect(answer.headers['set-cookie']).toBeUndefined()
      expect(await phone.isSignedIn()).toBe(true)
    })

  test('and those six do', async ({ server }) => {
    const { phone, person } = await signedInPhone(server)
    for (const path of ['session', 'csrf', 'providers'])
      expect((await phone.get(`/api/auth/${path}`)).status).toBe(200)
    expect((await phone.signIn(person)).status).toBe(200)
    expect((await phone.authenticate('callback/qr', { id: 'A'.repeat(22) })).status).toBe(404)
    expect((await phone.authenticate('signout')).status).toBe(200)
  })

  test('none of them redirects to another site', async ({ server }) => {
    const { person } = await signedInPhone(server)
    const browser = new Client(server)
    const { body } = await browser.get('/api/auth/csrf?callbackUrl=https://evil.example')
    const fields = { email: person.email, password: person.password, csrfToken: body.csrfToken }
    const answer = await browser.post('/api/auth/callback/password?callbackUrl=https://evil.example', {
      ...fields,
      callbackUrl: 'https://evil.example',
    })
    expect(answer.status).toBe(200)
    expect(`${answer.text} ${JSON.stringify(answer.headers)}`).not.toContain('evil.example')
  })
})

test.describe('what answers give away', () => {
  test('no answer carries a hash', async ({ server, rows }) => {
    const { id, desktop, phone, code, person, scanToken } = await scannedRequest(server)
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
    const hashes = rows.secretHashes()
    expect(hashes.length).toBeGreaterThan(4)
    expect(hashes.filter((hash) => everything.includes(hash))).toEqual([])
    expect(everything).not.toMatch(/argon2|secretHash|passwordHash/)
  })

  test('an account that exists and one that does not refuse a password alike', async ({ server }) => {
    const { person } = await signedInPhone(server)
    const stranger = new Client(server)
    const wrong = await stranger.signIn({ ...person, password: 'not the password' })
    const unknown = await stranger.signIn({ ...person, email: 'nobody@example.org' })
    expect(wrong).toMatchObject({ status: 403, body: { code: 'proof_failed' } })
    expect({ ...unknown.body, requestId: '' }).toEqual({ ...wrong.body, requestId: '' })
  })

  test('a body of 17 KiB is refused, with and without its length announced', async ({ server }) => {
    const client = new Client(server)
    const body = JSON.stringify({ purpose: 'x'.repeat(17 * 1024) })
    expect((await client.post('/api/login', body)).status).toBe(413)
    const chunked = { 'content-length': undefined, 'transfer-encoding': 'chunked' }
    expect((await client.post('/api/login', body, chunked)).status).toBe(413)
  })

  test('what is no JSON, or holds what nobody asked for, is refused', async ({ server }) => {
    const client = new Client(server)
    for (const body of ['{', '[]', '"x"', '{"purpose":"sign_in","userId":"x"}'])
      expect(await client.post('/api/login', body)).toMatchObject({
        status: 400,
        body: { code: 'invalid_input' },
      })
  })

  test('every answer of the API forbids storing, framing and guessing', async ({ server }) => {
    const { phone } = await signedInPhone(server)
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
    test(`the page ${path} is sent with strict headers and not stored`, async ({ server }) => {
      const { phone } = await signedInPhone(server)
      const { headers } = await phone.get(path)
      const policy = String(headers['content-security-policy'])
      const scripts = /script-src ([^;]*)/.exec(policy)?.[1] ?? ''
      expect(scripts).toMatch(/'nonce-[A-Za-z0-9+/=]{20,}'/)
      expect(scripts).not.toMatch(/'unsafe-(inline|eval)'/)
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).toContain("base-uri 'none'")
      expect(headers['permissions-policy']).toContain('camera=(self)')
      expect(headers['referrer-policy']).toBe('same-origin')
      expect(headers['x-frame-options']).toBe('DENY')
      expect(headers['cache-control']).toContain('no-store')
      expect((await phone.get(path)).headers['content-security-policy']).not.toBe(policy)
    })

  test('a page’s scripts carry the nonce of its own answer', async ({ server }) => {
    const { text, headers } = await new Client(server).get('/login')
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

  test('a page can’t be framed', async ({ desktop, server, trouble }) => {
    trouble.expect(/frame-ancestors 'none'/)
    const refusal = desktop.waitForEvent('console', (message) => message.text().includes('frame-ancestors'))
    await desktop.setContent(`<iframe src="${server.url}/login"></iframe>`)
    await refusal
    await expect(desktop.frameLocator('iframe').getByRole('heading', { level: 1 })).toHaveCount(0)
  })
})

test('a desktop that opens a sixth code retires its first', async ({ server, rows }) => {
  const desktop = new Client(server)
  const ids: string[] = []
  for (let i = 0; i < 6; i++) ids.push((await desktop.post('/api/login')).body.id as string)
  expect(ids.map((id) => rows.request(id).state)).toEqual(['rejected', ...Array(5).fill('new')])
  expect(rows.request(ids[0] ?? '').reason).toBe('superseded')
})

test('cookies are out of reach of scripts and of other sites', async ({ desktop }) => {
  await desktop.goto('/login')
  await expect(desktop.getByRole('group', { name: messages.login.codeToType })).toBeVisible()
  const cookies = await desktop.context().cookies()
  expect(cookies.length).toBeGreaterThan(0)
  for (const cookie of cookies) expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' })
  expect(await desktop.evaluate(() => document.cookie)).toBe('')
})
