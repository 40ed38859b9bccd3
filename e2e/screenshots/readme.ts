/** Makes the pictures in docs/images. */
import fs from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from '../fixtures'
import { newPerson, signedIn } from '../support/people'
import { readCode } from '../support/qr'
import { approve, arrived, letIn, scan } from '../support/steps'
import { messages as t } from '../support/words'

const IMAGES = path.resolve(import.meta.dirname, '../../docs/images')
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
      const server = await startServer({ behindProxy: true })
      const from = (address: string) => ({ server, extraHTTPHeaders: { 'X-Forwarded-For': address } })
      const desktop = await openDesktop({ viewport: SCREEN, ...from('203.0.113.7') })
      const phone = await openPhone(from('198.51.100.20'))
      await signedIn(phone, { ...newPerson(), email: 'ada@example.org' })
      await desktop.goto('/login')
      await readCode(desktop)
      await picture(desktop, `login-${colorScheme}`)
      await scan(phone, desktop)
      await picture(phone, `confirm-${colorScheme}`)
      await approve(phone)
      await arrived(desktop)
      await letIn(phone, await openDesktop(from('192.0.2.41')))
      await desktop.goto('/sessions')
      await expect(desktop.getByRole('list', { name: t.sessions.list }).getByRole('listitem')).toHaveCount(3)
      await picture(desktop, `sessions-${colorScheme}`)
    })
  })
