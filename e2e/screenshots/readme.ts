/** Makes the pictures in docs/images. */
import fs from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from '../fixtures'
import { newPerson, signedIn } from '../support/people'
import { readCode } from '../support/qr'
import { approveByNumber, arrived, numbers, scan } from '../support/steps'
import { messages as t } from '../support/words'

const IMAGES = path.resolve(import.meta.dirname, '../../docs/images')
/** The two sit in one town. */
const PLACES = Object.fromEntries(
  ['203.0.113.7/32', '198.51.100.20/32', '192.0.2.41/32'].map((network) => [
    network,
    { city: { en: 'Utrecht', zh: '乌得勒支' }, country: 'NL', latitude: 52.09, longitude: 5.12, radius: 10 },
  ]),
)
const SCREEN = { width: 960, height: 640 }

test.use({ contextOptions: { reducedMotion: 'reduce' } })

/** What was written is looked at once: a picture that is not there, or is huge, fails. */
async function picture(page: Page, name: string): Promise<void> {
  const file = path.join(IMAGES, `${name}.png`)
  await page.screenshot({ path: file, caret: 'hide', fullPage: true })
  expect(fs.statSync(file).size).toBeLessThan(200_000)
}

for (const colorScheme of ['light', 'dark'] as const)
  test.describe(colorScheme, () => {
    test.use({ colorScheme })

    test('the sign-in page, the phone that approves, and the sessions', async ({
      openDesktop,
      openPhone,
      startServer,
    }) => {
      // Behind a proxy, so that the pictures show the addresses of somewhere (RFC 5737) and not of this machine.
      const server = await startServer({
        behindProxy: true,
        policy: 'adaptive',
        places: PLACES,
      })
      const from = (address: string) => ({ server, extraHTTPHeaders: { 'X-Forwarded-For': address } })
      const desktop = await openDesktop({ viewport: SCREEN, ...from('203.0.113.7') })
      const phone = await openPhone(from('198.51.100.20'))
      await signedIn(phone, { ...newPerson(), email: 'ada@example.org' })
      await desktop.goto('/login')
      await readCode(desktop)
      await picture(desktop, `login-${colorScheme}`)
      await scan(phone, desktop)
      // Awake: what approves sleeps for a moment.
      await expect(numbers(phone).first()).toBeEnabled()
      await picture(phone, `confirm-${colorScheme}`)
      await approveByNumber(phone, desktop)
      await arrived(desktop)
      const other = await openDesktop(from('192.0.2.41'))
      await other.goto('/login')
      await scan(phone, other)
      await approveByNumber(phone, other)
      await arrived(other)
      await phone.goto('/')
      await expect(phone.getByRole('region', { name: t.notices.list })).toBeVisible()
      await picture(phone, `notice-${colorScheme}`)
      await desktop.goto('/sessions')
      await expect(desktop.getByRole('list', { name: t.sessions.list }).getByRole('listitem')).toHaveCount(3)
      await picture(desktop, `sessions-${colorScheme}`)
    })
  })
