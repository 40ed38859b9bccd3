/** What people do who fall for it. */
import type { Page } from '@playwright/test'
import { expect } from '../fixtures'
import { readCode } from './qr'
import { approve, approveByNumber, arrived, codeShown, numbers } from './steps'
import { messages as t } from './words'

/** A victim does what the phone's page asks for: by one plain tap, or by the number where the attacker passes it on. */
export async function fallFor(phone: Page, attacker: Page, carried: 'nothing' | 'number'): Promise<void> {
  if ((await numbers(phone).count()) === 0) {
    await approve(phone)
    return arrived(attacker)
  }
  if (carried === 'nothing') return
  await approveByNumber(phone, attacker)
  const done = phone.getByRole('heading', { name: t.scan.done.title })
  await expect(done.or(codeShown(phone))).toBeVisible()
  if (await codeShown(phone).isHidden()) await arrived(attacker)
}

/** And tells the attacker the one-time code, where the phone shows one. */
export async function tellCode(phone: Page, attacker: Page): Promise<void> {
  if (!(await codeShown(phone).isVisible())) return
  await attacker.getByRole('textbox').fill(await codeShown(phone).innerText())
  await arrived(attacker)
}

/**
 * The live relay: the attacker's browser shows a fresh code, and the victim scans it and does what is asked for, where
 * the server lets it be asked.
 */
export async function relay(attacker: Page, phone: Page, carried: 'nothing' | 'number'): Promise<void> {
  await attacker.goto('/login')
  await phone.goto((await readCode(attacker)).url)
  const asked = phone.getByRole('heading', { name: t.scan.confirm.title })
  const refused = phone.getByRole('heading', { name: t.scan.end.refused.title })
  await expect(asked.or(refused)).toBeVisible()
  if (await refused.isHidden()) await fallFor(phone, attacker, carried)
}
