import { beforeEach, describe, expect, test, vi } from 'vitest'
import { db } from './db'
import { askToConfirmAgain, confirmEmail, isEmailConfirmed, rememberLocale } from './email'
import { settings } from './env'
import { AppError } from './errors'
import { linkToken } from './notify/links'
import { findSession, type CurrentSession } from './sessions/current'
import { signOut } from './sessions/end'
import { refused } from './testing/outcomes'
import { later, letIn, makePhone, makeUser, NOON, type StrongDevice } from './testing/people'
import { createUser } from './users'

let count = 0
let id: string
let email: string

beforeEach(async () => {
  vi.spyOn(settings(), 'smtpUrl', 'get').mockReturnValue('smtp://mail.example')
  email = `new${++count}@example.org`
  ;({ id } = await createUser({ name: 'Ada', email, password: 'correct horse', locale: 'zh' }, NOON, null))
})

const asked = () =>
  db().read((client) => client.notice.findMany({ where: { userId: id, type: 'confirm_email' } }))
const user = () => db().read((client) => client.user.findUniqueOrThrow({ where: { id } }))
const link = async (index = 0) => linkToken((await asked())[index]!, NOON)!

describe('a new account', () => {
  test('is asked to confirm its address, in its language', async () => {
    expect(await asked()).toMatchObject([{ mailTo: email, mailDueAt: NOON }])
    expect(await user()).toMatchObject({ locale: 'zh', emailConfirmedAt: null })
    expect(await isEmailConfirmed(id)).toBe(false)
  })

  test('is not asked where there is no mail server', async () => {
    vi.spyOn(settings(), 'smtpUrl', 'get').mockReturnValue(undefined)
    const silent = await createUser(
      { name: 'Ada', email: `s${email}`, password: 'correct horse' },
      NOON,
      null,
    )
    const written = await db().read((client) => client.notice.count({ where: { userId: silent.id } }))
    expect(written).toBe(0)
  })
})

describe('confirming', () => {
  let phone: StrongDevice
  beforeEach(async () => {
    phone = await makePhone(id)
  })

  const confirm = (token: string, now = NOON, session: CurrentSession | null = phone.session) =>
    confirmEmail({ token, session, locale: 'en' }, now, '203.0.113.7')

  test('takes the link and a session of the account, once, and ends nothing', async () => {
    const token = await link()
    await confirm(token, later(60))
    expect(await user()).toMatchObject({ emailConfirmedAt: later(60), confirmBy: null, locale: 'en' })
    expect(await refused(confirm(token, later(61)))).toBe('not_found')
    expect(await findSession(phone.token, phone.device, later(61), null)).not.toBeNull()
    const events = await db().read((client) =>
      client.auditEvent.findMany({ where: { userId: id, type: 'email_confirmed' } }),
    )
    expect(events).toMatchObject([{ address: '203.0.113.7', at: later(60) }])
  })

  test('takes nobody who is signed out, in another account, or let in by QR: the link stays good for a claim', async () => {
    const token = await link()
    const other = await makePhone((await makeUser()).id)
    const scanned = await letIn(phone)
    expect(await refused(confirm(token, NOON, null))).toBe('sign_in_required')
    expect(await refused(confirm(token, NOON, other.session))).toBe('sign_in_required')
    expect(await refused(confirm(token, NOON, scanned.session))).toBe('reauthentication_required')
    await signOut(phone.session, NOON, null)
    expect(await refused(confirm(token))).toBe('sign_in_required')
    expect(await isEmailConfirmed(id)).toBe(false)
    await confirm(token, NOON, (await makePhone(id)).session)
  })

  test('is over after a day', async () => {
    const token = await link()
    phone = await makePhone(id, NOON, 2 * 86_400)
    expect(await refused(confirm(token, later(86_400)))).toBe('not_found')
    await confirm(token, later(86_399))
  })

  test('ends the other links', async () => {
    await askToConfirmAgain(phone.session, NOON)
    const [first, second] = [await link(0), await link(1)]
    await confirm(second)
    expect(await refused(confirm(first))).toBe('not_found')
  })

  test('confirms only the address that the link went to', async () => {
    const token = await link()
    await db().write((tx) => tx.user.update({ where: { id }, data: { email: `moved-${email}` } }))
    await confirm(token)
    expect(await isEmailConfirmed(id)).toBe(false)
  })
})

describe('asking again', () => {
  test('mails another link, until the address is confirmed', async () => {
    const { session } = await makePhone(id)
    await askToConfirmAgain(session, NOON)
    expect(await asked()).toHaveLength(2)
    await confirmEmail({ token: await link(), session, locale: 'en' }, NOON, null)
    await askToConfirmAgain(session, NOON)
    expect(await asked()).toHaveLength(2)
  })
})

describe('the language of mail', () => {
  const remember = ({ token, device }: { token: string; device?: string }) =>
    rememberLocale('en', { session: token, device }, NOON, null)

  test('follows the choice of whoever is signed in', async () => {
    await remember(await makePhone(id))
    expect((await user()).locale).toBe('en')
  })

  test('does not follow a session that was made by QR, nor half a session', async () => {
    const phone = await makePhone(id)
    await remember(await letIn(phone))
    await remember({ token: phone.token })
    expect((await user()).locale).toBe('zh')
  })

  test('stays where the database is away, and nothing is thrown', async () => {
    const phone = await makePhone(id)
    vi.spyOn(db(), 'query').mockRejectedValueOnce(new AppError('unavailable'))
    await remember(phone)
    expect((await user()).locale).toBe('zh')
  })
})
