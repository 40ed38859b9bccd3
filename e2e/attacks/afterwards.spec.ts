/** What a relay is worth once it succeeded or was noticed: the session's rights, the undo, the block, the crowd. */
import { approval, Client, openingDesktop, signedInPhone } from '../support/client'
import {
  at,
  call,
  ELSEWHERE,
  expect,
  isSignedIn,
  observed,
  outcomeIf,
  outcomeFor,
  test,
  VICTIM,
} from '../support/attacks'
import { signedIn } from '../support/people'
import { readCode } from '../support/qr'
import { approveByNumber, arrived, numbers, scan } from '../support/steps'
import { fallFor } from '../support/victims'
import { messages as t } from '../support/words'

test('a relayed session neither approves others nor ends the phone’s', async ({ openDesktop, openPhone }) => {
  const phone = await openPhone(at(VICTIM))
  await signedIn(phone)
  const attacker = await openDesktop(at(ELSEWHERE))
  await attacker.goto('/login')
  await scan(phone, attacker)
  await fallFor(phone, attacker, 'number')
  expect(await isSignedIn(attacker)).toBe(true)

  const accomplice = await openDesktop(at(ELSEWHERE))
  await accomplice.goto('/login')
  const code = (await readCode(accomplice)).url.split('/scan/')[1]
  const { body: scanned } = await call(attacker, 'POST', '/api/login/scan', { code })
  const needs = { status: 403, body: { code: 'reauthentication_required' } }
  for (const number of scanned.choices as number[]) {
    const confirm = { ...approval(scanned.scanToken), number }
    expect(await call(attacker, 'POST', `/api/login/${scanned.id}/confirm`, confirm)).toMatchObject(needs)
  }
  const { body } = await call(attacker, 'GET', '/api/sessions')
  const own = (body.sessions as { id: string; current: boolean }[]).find(({ current }) => !current)!
  expect(await call(attacker, 'DELETE', `/api/sessions/${own.id}`)).toMatchObject(needs)
  expect(await call(attacker, 'DELETE', '/api/sessions')).toMatchObject(needs)
  expect(await call(attacker, 'POST', `/api/sessions/${own.id}/report`)).toMatchObject(needs)
  const didSomething = (await isSignedIn(accomplice)) || !(await isSignedIn(phone))
  observed('worthApproving', outcomeIf(didSomething)).toBe('stopped')
})

test('a relayed session ends sooner than the victim could choose', async ({ site, rows }) => {
  const { desktop, id, code } = await openingDesktop(site)
  const { phone } = await signedInPhone(site)
  const { body: scanned } = await phone.post('/api/login/scan', { code })
  const { number } = (await desktop.get(`/api/login/${id}`)).body
  await phone.post(`/api/login/${id}/confirm`, { ...approval(scanned.scanToken), stay: '30d', number })
  await desktop.authenticate('callback/qr', { id })
  expect(await desktop.isSignedIn()).toBe(true)
  const session = await rows.sessionOf(id)
  const days = (Date.parse(session?.expiresAt ?? '') - Date.parse(session?.createdAt ?? '')) / 86_400_000
  observed('worthStay', `ends after ${Math.round(days)} days`).toBe('ends after 7 days')
})

test('“Sign it out again” ends a relayed session', async ({ openDesktop, openPhone, trouble }) => {
  trouble.expect(/409 .* @ \/api\/login\/[\w-]+\/reject/)
  const phone = await openPhone(at(VICTIM))
  await signedIn(phone)
  const attacker = await openDesktop(at(ELSEWHERE))
  await attacker.goto('/login')
  await scan(phone, attacker)
  await fallFor(phone, attacker, 'number')
  expect(await isSignedIn(attacker)).toBe(true)
  await phone.getByRole('button', { name: t.scan.done.undo }).click()
  await expect(phone.getByRole('heading', { name: t.scan.end.taken_back.title })).toBeVisible()
  observed('takenBack', await outcomeFor(attacker)).toBe('stopped')
})

test('a desktop that was declined and reported can’t ask again, and nobody else is shut out', async ({
  openDesktop,
  openPhone,
  trouble,
}) => {
  trouble.expect(/403 .* @ \/api\/login\/scan/)
  const phone = await openPhone(at(VICTIM))
  await signedIn(phone)
  const attacker = await openDesktop(at(ELSEWHERE))
  await attacker.goto('/login')
  await scan(phone, attacker)
  await phone.getByRole('button', { name: t.scan.confirm.report }).click()
  await expect(phone.getByRole('heading', { name: t.scan.end.reported.title })).toBeVisible()

  const blocked = phone.getByRole('heading', { name: t.scan.end.blocked.title })
  for (const attack of ['askAgain', 'askAgainFresh'] as const) {
    if (attack === 'askAgainFresh') await attacker.context().clearCookies()
    await attacker.goto('/login')
    await phone.goto((await readCode(attacker)).url)
    await expect(blocked).toBeVisible()
    observed(attack, await outcomeFor(attacker)).toBe('stopped')
  }
  const stranger = await openPhone(at(VICTIM))
  await signedIn(stranger)
  await scan(stranger, attacker)
  await approveByNumber(stranger, attacker)
  await arrived(attacker)
})

test('a code that a third account presents lets nobody in', async ({
  openDesktop,
  openPhone,
  rows,
  site,
  trouble,
}) => {
  trouble.expect(/409 .* @ \/api\/login\/[\w-]+\/confirm/)
  const attacker = await openDesktop(at(ELSEWHERE))
  await attacker.goto('/login')
  const phone = await openPhone(at(VICTIM))
  await signedIn(phone)
  const { url, id } = await scan(phone, attacker)
  const others: Client[] = []
  for (let count = 0; count < 2; count++) {
    const { phone: other } = await signedInPhone(site)
    await other.post('/api/login/scan', { code: url.split('/scan/')[1] })
    others.push(other)
  }
  await expect(attacker.getByRole('button', { name: t.login.newCode })).toBeVisible()
  expect(await rows.request(id)).toMatchObject({ state: 'rejected', reason: 'relayed' })
  await numbers(phone).first().click()
  await expect(phone.getByRole('heading', { name: t.scan.end.relayed.title })).toBeVisible()
  observed('sentAround', await outcomeFor(attacker)).toBe('stopped')
})
