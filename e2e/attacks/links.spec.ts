/** The links of mails that say "This wasn't me", in the hands of others: made up, used again, fetched by machines. */
import type { Page } from '@playwright/test'
import {
  at,
  call,
  ELSEWHERE,
  expect,
  isSignedIn,
  observed,
  outcomeFor,
  outcomeIf,
  test,
  VICTIM,
} from '../support/attacks'
import { signedInPhone } from '../support/client'
import { notMeLink } from '../support/links'
import { signedIn, signedInAgain } from '../support/people'
import { readCode } from '../support/qr'
import { letIn } from '../support/steps'
import { messages as t } from '../support/words'

test.use({ policy: 'off' })

const SPENT = /404 .* @ \/api\/report/
const button = (page: Page) => page.getByRole('button', { name: t.notMe.submit })
const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 })

test('“This wasn’t me” ends a relayed session, and its desktop can’t ask again', async ({
  openDesktop,
  openPhone,
  rows,
  site,
  trouble,
}) => {
  trouble.expect(/403 .* @ \/api\/login\/scan/)
  const phone = await openPhone(at(VICTIM))
  await signedIn(phone)
  const attacker = await openDesktop(at(ELSEWHERE))
  const { id } = await letIn(phone, attacker)
  const notice = await rows.noticeBy(id)
  const hidden = [
    (await call(attacker, 'GET', '/api/notices')).body.notices.length === 0,
    (await call(attacker, 'DELETE', `/api/notices/${notice}`)).status === 403,
    (await call(phone, 'GET', '/api/notices')).body.notices.length === 1,
  ]
  observed('hiddenNotice', outcomeIf(hidden.includes(false))).toBe('stopped')

  const mailbox = await openPhone(at(VICTIM))
  await mailbox.goto(notMeLink(site, notice))
  await button(mailbox).click()
  await expect(heading(mailbox, t.notMe.done.title)).toBeVisible()
  observed('reportedSession', await outcomeFor(attacker)).toBe('stopped')
  await attacker.goto('/login')
  await phone.goto((await readCode(attacker)).url)
  await expect(phone.getByRole('heading', { name: t.scan.end.blocked.title })).toBeVisible()
})

test('a link that is made up, or of another account, ends nothing', async ({
  desktop,
  openPhone,
  phone,
  rows,
  site,
  trouble,
}) => {
  trouble.expect(SPENT, /400 .* @ \/api\/report/)
  await signedIn(phone)
  const { id } = await letIn(phone, desktop)
  const notice = await rows.noticeBy(id)
  const { phone: stranger } = await signedInPhone(site)
  const [, secret] = notMeLink(site, await rows.noticeOf(stranger.sessionId)).split('.')
  const forger = await openPhone(at(ELSEWHERE))
  for (const token of [notice, `${notice}.${secret}`, `${notice}.${'A'.repeat(43)}`, `${notice}.`]) {
    const { status } = await call(forger, 'POST', '/api/report', { token })
    expect(status, token).toBeGreaterThanOrEqual(400)
  }
  await forger.goto(`/not-me#${notice}.${secret}`)
  await expect(heading(forger, t.notMe.over.title)).toBeVisible()
  observed('forgedLink', outcomeIf(!(await isSignedIn(desktop)))).toBe('stopped')
})

test('a link that was used ends no later session', async ({
  desktop,
  openPhone,
  phone,
  rows,
  site,
  trouble,
}) => {
  trouble.expect(SPENT)
  const person = await signedIn(phone)
  const { id } = await letIn(phone, desktop)
  const link = notMeLink(site, await rows.noticeBy(id))
  const holder = await openPhone(at(ELSEWHERE))
  await holder.goto(link)
  await button(holder).click()
  await expect(heading(holder, t.notMe.done.title)).toBeVisible()
  expect(await isSignedIn(desktop)).toBe(false)

  // The same person, in the same browser, whom a replay would sign out again.
  await signedInAgain(desktop, person)
  await holder.goto('about:blank')
  await holder.goto(link)
  await expect(heading(holder, t.notMe.over.title)).toBeVisible()
  const { status } = await call(holder, 'POST', '/api/report', { token: link.split('#')[1] })
  expect(status).toBe(404)
  observed('replayedLink', outcomeIf(!(await isSignedIn(desktop)))).toBe('stopped')
})

test('machines that fetch the link, and run its page, end nothing', async ({
  desktop,
  openDesktop,
  phone,
  rows,
  site,
}) => {
  await signedIn(phone)
  const { id } = await letIn(phone, desktop)
  const link = notMeLink(site, await rows.noticeBy(id))
  const scanner = await openDesktop(at(ELSEWHERE))
  const token = link.split('#')[1]!
  for (const method of ['GET', 'HEAD'])
    for (const path of [link, '/api/report', `/api/report?token=${token}`])
      await scanner.request.fetch(path, { method, maxRedirects: 0 })
  await scanner.request.post('/not-me', { form: { token }, maxRedirects: 0 })
  // It runs the page, and waits for it to have nothing left to do.
  await scanner.goto(link)
  await expect(button(scanner)).toBeEnabled()
  await scanner.waitForLoadState('networkidle')
  await scanner.close()
  observed('fetchedLink', outcomeIf(!(await isSignedIn(desktop)))).toBe('stopped')
})
