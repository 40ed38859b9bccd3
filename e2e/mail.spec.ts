/** Mail, through a real mail server that wants STARTTLS and a password: what it says, what its links do, and trouble. */
import { MAIL_PASSWORD, MailServer } from '../lib/testing/mail-server'
import { expectAccessible } from './support/axe'
import { Client } from './support/client'
import { expect, letterTo, lettersOf, linkIn, NoticeRows, test, tokenIn } from './support/mail'
import { askToSignUp, newPerson, signedIn, signIn, type Person } from './support/people'
import type { Server } from './support/server'
import { changingCalls, letIn } from './support/steps'
import { inChinese, inEnglish, messages as t, say } from './support/words'

const NEW_PASSWORD = 'battery staple horse'
const MINUTES = 60
const DAYS = 86_400

/** An account whose address was confirmed, without a page. Its client is signed out again. */
async function confirmedPerson(
  server: Server,
  post: MailServer,
  locale = 'en',
): Promise<{ person: Person; client: Client }> {
  const client = new Client(server)
  const person = newPerson()
  const headers = { 'accept-language': locale }
  await client.post('/api/users', person, headers)
  const letter = await letterTo(post, person.email, 'confirm-email')
  await client.signIn(person)
  const confirmed = await client.post('/api/email/confirm', { token: tokenIn(letter) }, headers)
  expect(confirmed.status).toBe(204)
  await client.authenticate('signout')
  return { person, client }
}

const forget = (client: Client, { email }: Person) => client.post('/api/password-reset', { email })

/** Something to be sent: what wakes the outbox. */
const wake = (server: Server) => new Client(server).post('/api/users', newPerson())

/** True where the log says that this letter has to wait. */
const isDelayed = (output: string, noticeId: string): boolean =>
  output.split('\n').some((line) => line.includes('mail_delayed') && line.includes(noticeId))

/** Resolves once nobody can connect any more. */
const unreachable = ({ url }: Server) =>
  expect
    .poll(() =>
      fetch(url).then(
        () => 'up',
        () => 'gone',
      ),
    )
    .toBe('gone')

for (const { locale, words } of [inEnglish, inChinese])
  test.describe(locale, () => {
    test.use({ locale })

    test('somebody signs up, confirms the address, and hears of the next sign-in', async ({
      desktop,
      openDesktop,
      server,
      post,
    }) => {
      await desktop.goto('/signup')
      const person = newPerson()
      await askToSignUp(desktop, person, words)
      await expect(desktop).toHaveURL('/')
      await desktop.goto('/account')
      await expect(desktop.getByText(words.account.emailUnconfirmed)).toBeVisible()

      const asking = await letterTo(post, person.email, 'confirm-email')
      expect(asking.encrypted).toBe(true)
      expect(asking.headers.get('auto-submitted')).toBe('auto-generated')
      expect(asking.headers.get('subject')).toBe(say(words.mail.confirm_email.subject, { app: 'QR Login' }))
      expect(asking.text).toContain(words.mail.confirm_email.title)
      await desktop.goto(linkIn(asking))
      await desktop.getByRole('button', { name: words.confirmEmail.submit }).click()
      await expect(desktop.getByRole('heading', { name: words.confirmEmail.done.title })).toBeFocused()
      await desktop.getByRole('link', { name: words.confirmEmail.account }).click()
      await expect(desktop.getByText(words.account.emailConfirmed, { exact: true })).toBeVisible()

      const other = await openDesktop()
      await other.goto('/signin')
      await other.getByLabel(words.fields.email).fill(person.email)
      await other.getByLabel(words.fields.password).fill(person.password)
      await other.getByRole('button', { name: words.signin.submit }).click()
      await expect(other).toHaveURL('/')
      const told = await letterTo(post, person.email, 'not-me')
      const device = say(words.device.browserOnSystem, { browser: 'Chrome', system: 'Windows' })
      const subject = say(words.mail.session_created.subject, { app: 'QR Login', device })
      expect(told.headers.get('subject')).toBe(subject)
      for (const fact of [person.email, device, '::1', words.mail.methods.password, 'UTC'])
        expect(told.text).toContain(fact)
      expect(linkIn(told)).toMatch(new RegExp(`^${server.url}/not-me#[\\w-]{22}\\.[\\w-]{43}$`))
      expect(told.headers.get('message-id')).toMatch(/^<[\w-]{22}@localhost>$/)
    })

    test('somebody whose address a stranger signed up with takes it over', async ({
      desktop,
      server,
      post,
      trouble,
    }) => {
      trouble.expect(/403 .* @ \/api\/auth\/callback\/password/, /401 .* @ \/api\/email\/confirm/)
      trouble.expect(/400 .* @ \/api\/email\/claim/)
      const person = newPerson()
      const stranger = new Client(server)
      const asStranger = { ...person, name: 'Mallory', password: 'a password of mine' }
      await stranger.post('/api/users', asStranger, { 'accept-language': locale === 'en' ? 'zh' : 'en' })
      await stranger.signIn(asStranger)
      await letterTo(post, person.email, 'confirm-email')

      await desktop.goto('/signup')
      await askToSignUp(desktop, person, words)
      await expect(desktop.getByRole('heading', { name: words.signup.askedTitle })).toBeFocused()
      await expect(desktop.getByText(say(words.signup.asked, { email: person.email }))).toBeVisible()

      await expect.poll(() => lettersOf(post, person.email)).toBe(2)
      const letter = await letterTo(post, person.email, 'confirm-email')
      expect(letter.headers.get('subject')).toBe(say(words.mail.confirm_email.subject, { app: 'QR Login' }))
      expect(letter.text).not.toContain('Mallory')
      await desktop.goto(linkIn(letter))
      await desktop.getByRole('button', { name: words.confirmEmail.submit }).click()
      await expect(desktop.getByRole('heading', { name: words.confirmEmail.claim.title })).toBeFocused()
      await desktop.getByLabel(words.fields.name, { exact: true }).fill(person.name)
      await desktop.getByLabel(words.fields.newPassword).fill('short')
      await desktop.getByRole('button', { name: words.confirmEmail.claim.submit }).click()
      await expect(desktop.getByText(say(words.fields.invalid.short, { min: '10' }))).toBeVisible()
      await desktop.getByLabel(words.fields.newPassword).fill(NEW_PASSWORD)
      await desktop.getByRole('button', { name: words.confirmEmail.claim.submit }).click()
      await expect(desktop.getByRole('heading', { name: words.confirmEmail.claimed.title })).toBeFocused()

      expect(await stranger.isSignedIn()).toBe(false)
      expect((await stranger.signIn(asStranger)).status).toBe(403)
      await desktop.getByRole('link', { name: words.confirmEmail.claimed.go }).click()
      await desktop.getByLabel(words.fields.email).fill(person.email)
      await desktop.getByLabel(words.fields.password).fill(NEW_PASSWORD)
      await desktop.getByRole('button', { name: words.signin.submit }).click()
      await expect(desktop).toHaveURL('/')
      await expect(desktop.getByRole('heading', { name: person.name })).toBeVisible()
      await desktop.goto('/account')
      await expect(desktop.getByText(words.account.emailConfirmed, { exact: true })).toBeVisible()
    })

    test('somebody forgets the password, and sets a new one', async ({
      desktop,
      phone,
      server,
      post,
      trouble,
    }) => {
      trouble.expect(/400 .* @ \/api\/password-reset\/use/)
      const { person } = await confirmedPerson(server, post, locale)
      await phone.goto('/signin')
      await phone.getByLabel(words.fields.email).fill(person.email)
      await phone.getByLabel(words.fields.password).fill(person.password)
      await phone.getByRole('button', { name: words.signin.submit }).click()
      await expect(phone).toHaveURL('/')

      await desktop.goto('/signin')
      await desktop.getByRole('link', { name: words.signin.forgot }).click()
      await expect(desktop).toHaveURL('/forgot-password')
      await desktop.getByLabel(words.fields.email).fill(person.email)
      await desktop.getByRole('button', { name: words.forgot.submit }).click()
      await expect(desktop.getByRole('heading', { name: words.forgot.sentTitle })).toBeFocused()

      const letter = await letterTo(post, person.email, 'reset-password')
      expect(letter.headers.get('subject')).toBe(say(words.mail.reset_password.subject, { app: 'QR Login' }))
      expect(letter.text).toContain(words.mail.reset_password.title)
      await desktop.goto(linkIn(letter))
      await desktop.getByLabel(words.fields.newPassword).fill('short')
      await desktop.getByRole('button', { name: words.reset.submit }).click()
      await expect(desktop.getByText(say(words.fields.invalid.short, { min: '10' }))).toBeVisible()
      await desktop.getByLabel(words.fields.newPassword).fill(NEW_PASSWORD)
      await desktop.getByRole('button', { name: words.reset.submit }).click()
      await expect(desktop.getByRole('heading', { name: words.reset.done.title })).toBeFocused()

      const told = await letterTo(post, person.email, 'forgot-password')
      const subject = say(words.mail.password_changed.subject, { app: 'QR Login' })
      expect(told.headers.get('subject')).toBe(subject)
      expect(told.text).toContain(words.mail.password_changed.title)
      expect(told.encrypted).toBe(true)
      expect(linkIn(told)).toBe(`${server.url}/forgot-password`)

      await phone.goto('/account')
      await expect(phone).toHaveURL(/\/login/)
      await desktop.getByRole('link', { name: words.reset.done.go }).click()
      await desktop.getByLabel(words.fields.email).fill(person.email)
      await desktop.getByLabel(words.fields.password).fill(NEW_PASSWORD)
      await desktop.getByRole('button', { name: words.signin.submit }).click()
      await expect(desktop).toHaveURL('/')
    })
  })

test('a desktop that a phone let in is told of, with the phone', async ({ desktop, phone, server, post }) => {
  const { person } = await confirmedPerson(server, post)
  await phone.goto('/signin')
  await signIn(phone, person)
  await letIn(phone, desktop)
  await expect.poll(() => lettersOf(post, person.email)).toBe(3)
  const { text } = await letterTo(post, person.email, 'not-me')
  for (const fact of ['Device: Chrome on Windows', 'Approved by: Safari on iOS', t.mail.methods.qr])
    expect(text).toContain(fact)
})

test('“Send the mail again” does, and says so', async ({ desktop, post }) => {
  const { email } = await signedIn(desktop)
  await expect.poll(() => lettersOf(post, email)).toBe(1)
  await desktop.goto('/account')
  await desktop.getByRole('button', { name: t.account.emailSend }).click()
  await expect(desktop.getByRole('status')).toHaveText(say(t.account.emailSent, { email }))
  await expect.poll(() => lettersOf(post, email)).toBe(2)
})

test.describe('what nobody pressed changes nothing', () => {
  test('a scanner that fetches every link, and one that renders it', async ({
    openDesktop,
    rows,
    server,
    post,
    notices,
  }) => {
    const { person, client } = await confirmedPerson(server, post)
    const asked = new Client(server)
    const other = newPerson()
    await asked.post('/api/users', other)
    await client.signIn(person)
    await forget(client, person)
    const letters = [
      { letter: await letterTo(post, other.email, 'confirm-email'), name: t.confirmEmail.submit, calls: [] },
      { letter: await letterTo(post, person.email, 'reset-password'), name: t.reset.submit, calls: [] },
      {
        letter: await letterTo(post, person.email, 'not-me'),
        name: t.notMe.submit,
        calls: ['POST /api/report/look'],
      },
    ]
    await expect.poll(() => notices.areSent(person.email)).toBe(true)
    await expect.poll(() => notices.areSent(other.email)).toBe(true)
    const before = await rows.everything()
    for (const { letter, name, calls } of letters) {
      const link = linkIn(letter)
      for (const method of ['GET', 'HEAD']) expect((await fetch(link, { method })).status).toBe(200)
      const page = await openDesktop()
      const sent = changingCalls(page)
      await page.goto(link)
      await expect(page.getByRole('button', { name, exact: true })).toBeEnabled()
      await page.waitForLoadState('networkidle')
      expect(sent).toEqual(calls)
    }
    expect(await rows.everything()).toEqual(before)
  })

  test('a link that a broken reader of mail encodes leads nowhere, and is not logged', async ({
    server,
    post,
  }) => {
    const { person, client } = await confirmedPerson(server, post)
    await forget(client, person)
    const token = tokenIn(await letterTo(post, person.email, 'reset-password'))
    expect((await client.get(`/reset-password%23${token}`)).status).toBe(404)
    expect((await client.post(`/reset-password%23${token}`)).status).toBe(303)
    await expect.poll(() => server.output).toContain('/[link]')
    expect(server.output).not.toContain(token.split('.')[1])
  })
})

test('a link without its end says so, and what is behind it', async ({ desktop }) => {
  await desktop.goto('/reset-password')
  await expect(desktop.getByRole('heading', { name: t.reset.incomplete.title })).toBeVisible()
  await desktop.getByRole('link', { name: t.reset.incomplete.go }).click()
  await expect(desktop).toHaveURL('/forgot-password')
  await desktop.goto('/confirm-email')
  await expect(desktop.getByRole('heading', { name: t.confirmEmail.incomplete.title })).toBeVisible()
})

test.describe('a link', () => {
  test('to a new password works once, and says so', async ({ desktop, server, post, trouble }) => {
    trouble.expect(/404 .* @ \/api\/password-reset\/use/)
    const { person, client } = await confirmedPerson(server, post)
    await forget(client, person)
    const letter = await letterTo(post, person.email, 'reset-password')
    const use = () =>
      client.post('/api/password-reset/use', { token: tokenIn(letter), newPassword: NEW_PASSWORD })
    expect((await use()).status).toBe(204)
    expect((await use()).status).toBe(404)
    await desktop.goto(linkIn(letter))
    await desktop.getByLabel(t.fields.newPassword).fill(NEW_PASSWORD)
    await desktop.getByRole('button', { name: t.reset.submit }).click()
    await expect(desktop.getByRole('heading', { name: t.reset.over.title })).toBeFocused()
    await expect(desktop.getByRole('link', { name: t.reset.over.go })).toBeVisible()
    expect((await client.signIn(person)).status).toBe(403)
    expect((await client.signIn({ ...person, password: NEW_PASSWORD })).status).toBe(200)
  })

  test('to a new password ends with its half hour, and once another was used', async ({
    server,
    post,
    notices,
  }) => {
    const { person, client } = await confirmedPerson(server, post)
    const use = (token: string) =>
      client.post('/api/password-reset/use', { token, newPassword: NEW_PASSWORD })
    await forget(client, person)
    const first = tokenIn(await letterTo(post, person.email, 'reset-password'))
    await forget(client, person)
    await expect.poll(() => lettersOf(post, person.email)).toBe(3)
    const second = tokenIn(await letterTo(post, person.email, 'reset-password'))
    await notices.age(first.split('.')[0]!, 30 * MINUTES)
    expect((await use(first)).status).toBe(404)
    await notices.age(first.split('.')[0]!, -1 * MINUTES)
    // Whoever asks after its person, so that it is no more the newest, does not take it away.
    expect((await use(first)).status).toBe(204)
    expect((await use(second)).status).toBe(404)
  })

  test('to a confirmed address ends with its day', async ({ server, post, notices }) => {
    const client = new Client(server)
    const person = newPerson()
    await client.post('/api/users', person)
    const token = tokenIn(await letterTo(post, person.email, 'confirm-email'))
    await notices.age(token.split('.')[0]!, DAYS)
    expect((await client.post('/api/email/confirm', { token })).status).toBe(404)
  })

  test('that says “This wasn’t me” ends with its week', async ({ server, post, notices }) => {
    const { person, client } = await confirmedPerson(server, post)
    await client.signIn(person)
    const token = tokenIn(await letterTo(post, person.email, 'not-me'))
    expect((await client.post('/api/report/look', { token })).status).toBe(200)
    await notices.age(token.split('.')[0]!, 7 * DAYS)
    for (const path of ['/api/report/look', '/api/report'])
      expect((await client.post(path, { token })).status).toBe(404)
    expect(await client.isSignedIn()).toBe(true)
  })

  test('of another site’s making, or with another half, is nothing', async ({ server, post }) => {
    const { person, client } = await confirmedPerson(server, post)
    await forget(client, person)
    const token = tokenIn(await letterTo(post, person.email, 'reset-password'))
    const body = { token, newPassword: NEW_PASSWORD }
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await client.post('/api/password-reset/use', body, foreign)).status).toBe(403)
    expect((await client.post('/api/email/confirm', { token }, foreign)).status).toBe(403)
    expect((await client.post('/api/email/confirm', { token })).status).toBe(404)
    const forged = { ...body, token: `${token.slice(0, 23)}${'A'.repeat(43)}` }
    expect((await client.post('/api/password-reset/use', forged)).status).toBe(404)
    expect((await client.post('/api/password-reset/use', body)).status).toBe(204)
  })
})

test('asking for a new password tells nobody whether there is an account', async ({
  openDesktop,
  server,
  post,
}) => {
  const { person } = await confirmedPerson(server, post)
  const unconfirmed = newPerson()
  await new Client(server).post('/api/users', unconfirmed)
  await letterTo(post, unconfirmed.email, 'confirm-email')
  const seen = []
  for (const { email } of [newPerson(), unconfirmed, person]) {
    const page = await openDesktop()
    await page.goto('/forgot-password')
    await page.getByLabel(t.fields.email).fill(email)
    await page.getByRole('button', { name: t.forgot.submit }).click()
    await expect(page.getByRole('heading', { name: t.forgot.sentTitle })).toBeVisible()
    seen.push((await page.getByRole('main').innerText()).replace(email, ''))
  }
  expect(new Set(seen).size).toBe(1)
  await letterTo(post, person.email, 'reset-password')
  // Of an address that was never confirmed, its owner is sent the claim.
  await expect.poll(() => lettersOf(post, unconfirmed.email)).toBe(2)
  await letterTo(post, unconfirmed.email, 'confirm-email')
})

test('asking for a new password sends two mails in 15 minutes, and tells nobody of the limit', async ({
  startServer,
  post,
}) => {
  const server = await startServer({ mail: post.url, limits: true })
  const { person, client } = await confirmedPerson(server, post)
  for (const asked of [person, newPerson()]) {
    const statuses = []
    for (let times = 0; times < 4; times++) statuses.push((await forget(client, asked)).status)
    expect(statuses).toEqual([204, 204, 204, 204])
  }
  const rows = new NoticeRows(server)
  expect((await rows.of(person.email)).filter(({ type }) => type === 'reset_password')).toHaveLength(2)
  await rows.close()
})

test('without a mail server the pages say whom to ask', async ({ openDesktop, startServer }) => {
  const server = await startServer({})
  const page = await openDesktop({ server })
  await page.goto('/signin')
  await expect(page.getByRole('button', { name: t.signin.submit })).toBeEnabled()
  await expect(page.getByRole('link', { name: t.signin.forgot })).toHaveCount(0)
  await page.goto('/forgot-password')
  await expect(page.getByText(t.forgot.closed)).toBeVisible()
  expect(server.output).toContain('Notices of new sign-ins are in the app only')
})

test.describe('trouble with the mail server', () => {
  test('that is busy passes', async ({ server, post, notices }) => {
    post.refusal = { at: 'RCPT', code: 451 }
    const person = newPerson()
    const client = new Client(server)
    await client.post('/api/users', person)
    await expect.poll(async () => (await notices.firstOf(person.email))?.mailTries).toBe(1)
    const { id } = (await notices.firstOf(person.email))!
    await expect.poll(() => isDelayed(server.output, id)).toBe(true)
    post.refusal = undefined
    await notices.hurry(person.email)
    await wake(server)
    await letterTo(post, person.email, 'confirm-email')
    await expect.poll(() => notices.firstOf(person.email)).toMatchObject({ mailTries: 2, mailDueAt: null })
  })

  test('that knows no such recipient is the end of it', async ({ server, post, notices }) => {
    post.refusal = { at: 'RCPT', code: 550 }
    const person = newPerson()
    await new Client(server).post('/api/users', person)
    await expect.poll(() => notices.firstOf(person.email)).toMatchObject({ mailTries: 1, mailDueAt: null })
    expect((await notices.firstOf(person.email))?.mailSentAt).toBeNull()
  })

  test('that is dead passes, and no sign-in waits for it or fails', async ({ server, post, notices }) => {
    const before = server.output.length
    await post.stop()
    const person = newPerson()
    const client = new Client(server)
    await client.post('/api/users', person)
    expect((await client.signIn(person)).status).toBe(200)
    const { id } = (await notices.firstOf(person.email))!
    await expect.poll(() => isDelayed(server.output.slice(before), id)).toBe(true)
    expect(await notices.firstOf(person.email))?.toMatchObject({ mailTries: 1, mailSentAt: null })
    await post.start()
    await notices.hurry(person.email)
    await wake(server)
    await letterTo(post, person.email, 'confirm-email')
    await expect.poll(() => notices.firstOf(person.email)).toMatchObject({ mailTries: 2, mailDueAt: null })
    expect((await notices.firstOf(person.email))?.mailSentAt).not.toBeNull()
    for (const secret of [MAIL_PASSWORD, encodeURIComponent(MAIL_PASSWORD)])
      expect(server.output).not.toContain(secret)
  })

  test('a crash between sending and marking makes a duplicate with the same Message-ID', async ({
    startServer,
    post,
  }) => {
    const server = await startServer({ mail: post.url })
    const rows = new NoticeRows(server)
    post.beforeAnswer = async () => void process.kill(server.pid, 'SIGKILL')
    const person = newPerson()
    await new Client(server).post('/api/users', person)
    const first = await letterTo(post, person.email, 'confirm-email')
    await unreachable(server)
    expect(await rows.firstOf(person.email))?.toMatchObject({ mailTries: 1, mailSentAt: null })

    post.beforeAnswer = undefined
    await rows.hurry(person.email)
    await server.start()
    await expect.poll(() => lettersOf(post, person.email)).toBe(2)
    const second = await letterTo(post, person.email, 'confirm-email')
    expect(second.headers.get('message-id')).toBe(first.headers.get('message-id'))
    expect(linkIn(second)).toBe(linkIn(first))
    await rows.close()
  })

  test('a server that is told to stop lets a mail that is on its way arrive', async ({
    startServer,
    post,
  }) => {
    const server = await startServer({ mail: post.url })
    const rows = new NoticeRows(server)
    let answer = () => {}
    const answered = new Promise<void>((resolve) => (answer = resolve))
    post.beforeAnswer = () => answered
    const person = newPerson()
    await new Client(server).post('/api/users', person)
    await letterTo(post, person.email, 'confirm-email')
    const stopped = server.stop()
    await unreachable(server)
    expect((await rows.firstOf(person.email))?.mailSentAt).toBeNull()
    answer()
    await stopped
    expect(await rows.firstOf(person.email))?.toMatchObject({ mailTries: 1, mailDueAt: null })
    expect((await rows.firstOf(person.email))?.mailSentAt).not.toBeNull()
    await rows.close()
  })
})

test('a mail server whose certificate nobody vouches for gets nothing', async ({ startServer }) => {
  const foreign = await MailServer.start({ certificate: 'foreign' })
  const server = await startServer({ mail: foreign.url })
  const rows = new NoticeRows(server)
  const person = newPerson()
  await new Client(server).post('/api/users', person)
  await expect.poll(async () => (await rows.firstOf(person.email))?.mailTries).toBe(1)
  await expect.poll(() => server.output).toMatch(/mail_delayed.*certificate/)
  expect(foreign.received).toEqual([])
  await foreign.stop()
  await rows.close()
})

test.describe('axe finds nothing, and nothing is cut off at 320 px', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } })

  const pages = {
    '/signin': t.signin.title,
    '/forgot-password': t.forgot.title,
    [`/reset-password#${'A'.repeat(66)}`]: t.reset.title,
    '/reset-password': t.reset.incomplete.title,
    [`/confirm-email#${'A'.repeat(66)}`]: t.confirmEmail.title,
    '/confirm-email': t.confirmEmail.incomplete.title,
    '/account': t.account.title,
  }
  for (const [path, title] of Object.entries(pages))
    test(`on ${path.replace(/A+/, '…')}`, async ({ desktop }) => {
      if (path === '/account') await signedIn(desktop, newPerson('N'.repeat(60)))
      await desktop.goto(path)
      await expect(desktop.getByRole('heading', { name: title, level: 1 })).toBeVisible()
      await expectAccessible(desktop)
    })

  test('on the pages of a claim', async ({ desktop, server, post, trouble }) => {
    trouble.expect(/403 .* @ \/api\/auth\/callback\/password/, /401 .* @ \/api\/email\/confirm/)
    const person = newPerson()
    await new Client(server).post('/api/users', { ...person, password: 'a password of mine' })
    await desktop.goto(linkIn(await letterTo(post, person.email, 'confirm-email')))
    await desktop.getByRole('button', { name: t.confirmEmail.submit }).click()
    await expect(desktop.getByRole('heading', { name: t.confirmEmail.claim.title })).toBeVisible()
    await expectAccessible(desktop)
    await desktop.goto('/signup')
    await askToSignUp(desktop, person)
    await expect(desktop.getByRole('heading', { name: t.signup.askedTitle })).toBeVisible()
    await expectAccessible(desktop)
  })
})
