/** Every page and state: axe, both themes, both sizes, narrow screens, and the keyboard alone. */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { expectAccessible } from './support/axe'
import type { Rows } from './support/database'
import { notMeLink } from './support/links'
import { newPerson, signedIn as signedInAs } from './support/people'
import { readCode } from './support/qr'
import { approve, letIn, scan, status, tabTo } from './support/steps'
import type { Server } from './support/server'
import { messages as t } from './support/words'

/** A name with no place to break. */
const signedIn = (page: Page) => signedInAs(page, newPerson('N'.repeat(60)))

interface Stage {
  desktop: Page
  phone: Page
  rows: Rows
  server: Server
}

/** Brings a page into a state and says which browser shows it. */
const states: Record<string, (stage: Stage) => Promise<Page>> = {
  '/login, new': async ({ desktop }) => {
    await desktop.goto('/login')
    await readCode(desktop)
    return desktop
  },
  '/login, scanned': async ({ desktop, phone }) => {
    await signedIn(phone)
    await desktop.goto('/login')
    await scan(phone, desktop)
    await expect(status(desktop)).toHaveText(t.login.scanned)
    return desktop
  },
  '/login, declined': async ({ desktop, phone }) => {
    await signedIn(phone)
    await desktop.goto('/login')
    await scan(phone, desktop)
    await phone.getByRole('button', { name: t.scan.confirm.decline, exact: true }).click()
    await expect(status(desktop)).toHaveText(t.login.rejected.declined)
    return desktop
  },
  '/login on a phone': async ({ phone }) => {
    await phone.goto('/login')
    await expect(phone.getByRole('link', { name: t.login.phone.here })).toBeVisible()
    return phone
  },
  '/login, signed in': async ({ phone }) => {
    await signedIn(phone)
    await phone.goto('/login')
    await expect(phone.getByRole('link', { name: t.common.continue })).toBeVisible()
    await expect(phone.getByRole('button', { name: t.login.other })).toBeEnabled()
    return phone
  },
  '/signin': ({ desktop }) => at(desktop, '/signin', t.signin.title),
  '/signup': ({ desktop }) => at(desktop, '/signup', t.signup.title),
  '/scan': async ({ phone }) => {
    await signedIn(phone)
    return at(phone, '/scan', t.scan.entry.title)
  },
  '/scan/{id}, asking': async ({ desktop, phone }) => {
    await signedIn(phone)
    await desktop.goto('/login')
    await scan(phone, desktop)
    return phone
  },
  '/scan/{id}, done': async ({ desktop, phone }) => {
    await signedIn(phone)
    await desktop.goto('/login')
    await scan(phone, desktop)
    await approve(phone)
    return phone
  },
  '/scan/{id}, declined': async ({ desktop, phone }) => {
    await signedIn(phone)
    await desktop.goto('/login')
    await scan(phone, desktop)
    await phone.getByRole('button', { name: t.scan.confirm.decline, exact: true }).click()
    await expect(phone.getByRole('heading', { name: t.scan.end.declined.title })).toBeVisible()
    return phone
  },
  '/scan/{id}, signed out': async ({ desktop, phone }) => {
    await desktop.goto('/login')
    const { url } = await readCode(desktop)
    return at(phone, url, t.scan.signedOut.title)
  },
  '/': async ({ phone }) => {
    const { name } = await signedIn(phone)
    return at(phone, '/', name)
  },
  '/, on a new browser': async ({ desktop, phone }) => {
    await signedIn(phone)
    await letIn(phone, desktop)
    await expect(desktop.getByRole('button', { name: t.home.notMe })).toBeEnabled()
    return desktop
  },
  '/sessions': async ({ desktop, phone }) => {
    await signedIn(phone)
    await letIn(phone, desktop)
    await at(phone, '/sessions', t.sessions.title)
    await expect(phone.getByRole('list', { name: t.sessions.list }).getByRole('listitem')).toHaveCount(2)
    return phone
  },
  '/sessions, on a new browser': async ({ desktop, phone }) => {
    await signedIn(phone)
    await letIn(phone, desktop)
    await at(desktop, '/sessions', t.sessions.title)
    await expect(desktop.getByRole('button', { name: t.home.notMe })).toBeEnabled()
    return desktop
  },
  '/account, on a new browser': async ({ desktop, phone }) => {
    await signedIn(phone)
    await letIn(phone, desktop)
    await at(desktop, '/account', t.account.title)
    await expect(desktop.getByRole('button', { name: t.home.notMe })).toBeEnabled()
    return desktop
  },
  '/sessions, asking': async ({ phone }) => {
    await signedIn(phone)
    await at(phone, '/sessions', t.sessions.title)
    await phone.getByRole('button', { name: 'Options for Safari on iOS' }).click()
    await phone.getByRole('menuitem', { name: t.sessions.signOut }).click()
    await expect(phone.getByRole('dialog')).toBeVisible()
    return phone
  },
  '/, with notices': async ({ desktop, phone }) => {
    await signedIn(phone)
    await letIn(phone, desktop)
    await phone.goto('/')
    await expect(phone.getByRole('button', { name: t.notices.mine })).toBeEnabled()
    return phone
  },
  '/activity': async ({ desktop, phone }) => {
    await signedIn(phone)
    await letIn(phone, desktop)
    await at(phone, '/activity', t.activity.title)
    await expect(phone.getByRole('button', { name: t.activity.notMine })).toBeVisible()
    return phone
  },
  '/activity, asking': async ({ desktop, phone }) => {
    await signedIn(phone)
    await letIn(phone, desktop)
    await at(phone, '/activity', t.activity.title)
    await phone.getByRole('button', { name: t.activity.notMine }).click()
    await expect(phone.getByRole('dialog')).toBeVisible()
    return phone
  },
  '/activity, undone': async ({ desktop, phone }) => {
    await signedIn(phone)
    await letIn(phone, desktop)
    await at(phone, '/activity', t.activity.title)
    await phone.getByRole('button', { name: t.activity.notMine }).click()
    await phone.getByRole('dialog').getByRole('button', { name: t.notMe.submit }).click()
    await expect(phone.getByRole('dialog', { name: t.notMe.done.title })).toBeVisible()
    return phone
  },
  '/not-me': (stage) => notMe(stage),
  '/not-me, done': async (stage) => {
    const page = await notMe(stage)
    await page.getByRole('button', { name: t.notMe.submit }).click()
    await expect(page.getByRole('heading', { name: t.notMe.done.title })).toBeVisible()
    return page
  },
  '/not-me, over': ({ phone }) => at(phone, '/not-me#nothing-like-a-link-in-a-mail', t.notMe.over.title),
  '/not-me, without a link': ({ phone }) => at(phone, '/not-me', t.notMe.none.title),
  '/account': async ({ phone }) => {
    await signedIn(phone)
    return at(phone, '/account', t.account.title)
  },
  'a page that is not there': ({ desktop }) => at(desktop, '/nothing/here', t.notFound.title),
}

/** The page that the link in a notice's mail leads to. */
async function notMe({ desktop, phone, rows, server }: Stage): Promise<Page> {
  await signedIn(phone)
  const { id } = await letIn(phone, desktop)
  await phone.goto(notMeLink(server, await rows.noticeBy(id)))
  await expect(phone.getByRole('button', { name: t.notMe.submit })).toBeVisible()
  return phone
}

async function at(page: Page, path: string, heading: string): Promise<Page> {
  await page.goto(path)
  await expect(page.getByRole('heading', { name: heading, level: 1 })).toBeVisible()
  return page
}

test.describe('axe finds nothing, and nothing is cut off at 320 px', () => {
  // Colours are measured, so they must not be on their way to others.
  test.use({ contextOptions: { reducedMotion: 'reduce' } })

  for (const [name, bring] of Object.entries(states))
    test(`on ${name}`, async ({ desktop, phone, rows, server, trouble }) => {
      trouble.expect(/404 .* @ \/(nothing\/here|api\/report\/look)/)
      const page = await bring({ desktop, phone, rows, server })
      await expectAccessible(page)
    })
})

const FOCUSABLE = 'a[href], button:not(:disabled), input:not([type=hidden]), select:not(:disabled)'

for (const path of ['/login', '/signin', '/signup'])
  test(`the keyboard alone reaches everything on ${path}, in reading order and visibly`, async ({
    desktop,
  }) => {
    await desktop.goto(path)
    await expect(desktop.getByLabel(t.language.label)).toBeEnabled()
    const goals = await desktop
      .locator(FOCUSABLE)
      .filter({ visible: true })
      .evaluateAll((elements) => elements.map((element) => element.outerHTML))
    expect(goals.length).toBeGreaterThan(3)
    const reached: string[] = []
    for (let i = 0; i < goals.length; i++) {
      await desktop.keyboard.press('Tab')
      const focused = desktop.locator(':focus')
      reached.push(await focused.evaluate((element) => element.outerHTML))
      const outline = await focused.evaluate((element) => getComputedStyle(element).outlineStyle)
      expect(outline, reached.at(-1)).not.toBe('none')
    }
    expect(reached).toEqual(goals)
  })

async function askToSignOut(page: Page): Promise<void> {
  await tabTo(page, page.getByRole('button', { name: 'Options for Chrome on Windows' }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menuitem', { name: t.sessions.rename })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('menuitem', { name: t.sessions.signOut })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toBeVisible()
}

test('an account is made and a session ended with the keyboard alone', async ({ desktop }) => {
  await desktop.goto('/signup')
  await expect(desktop.getByRole('button', { name: t.signup.submit })).toBeEnabled()
  await tabTo(desktop, desktop.getByLabel(t.fields.name, { exact: true }))
  await desktop.keyboard.type('Grace Hopper')
  await desktop.keyboard.press('Tab')
  await desktop.keyboard.type(`grace-${Date.now()}-${Math.random()}@example.org`)
  await desktop.keyboard.press('Tab')
  await desktop.keyboard.type('correct horse battery')
  await desktop.keyboard.press('Enter')
  await expect(desktop.getByRole('heading', { name: 'Grace Hopper' })).toBeVisible()

  await desktop.goto('/sessions')
  const dialog = desktop.getByRole('dialog')
  await expect(desktop.getByRole('button', { name: 'Options for Chrome on Windows' })).toBeVisible()
  await askToSignOut(desktop)
  await desktop.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await askToSignOut(desktop)
  await tabTo(desktop, dialog.getByRole('button', { name: t.sessions.signOut }))
  await desktop.keyboard.press('Enter')
  await expect(desktop).toHaveURL('/login')
})

test('the page’s language is announced, and the switcher changes it', async ({ desktop }) => {
  await desktop.goto('/signin')
  await expect(desktop.locator('html')).toHaveAttribute('lang', 'en')
  await desktop.getByLabel(t.language.label).selectOption('zh')
  await expect(desktop.locator('html')).toHaveAttribute('lang', 'zh')
  await desktop.reload()
  await expect(desktop.locator('html')).toHaveAttribute('lang', 'zh')
})
