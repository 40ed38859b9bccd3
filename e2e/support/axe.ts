/** What axe finds on a page, and what is cut off there. */
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } }
const NARROW = { width: 320, height: 640 }
/** All that another theme can break. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block']

/** Our pages have no frames, so axe needs no page of its own to bring their findings together. */
export const axeOn = (page: Page): AxeBuilder => new AxeBuilder({ page }).setLegacyMode()

export async function expectNothingFound(builder: AxeBuilder, where: string): Promise<void> {
  const { violations } = await builder.analyze()
  const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`))
  expect.soft(found, where).toEqual([])
}

/** Both themes in both sizes, and a screen of 320 px. Motion must be reduced: colours on their way are not yet right. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
    await expectNothingFound(axeOn(page), `light, ${size}`)
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
    await expectNothingFound(axeOn(page).withRules(OF_COLOURS), `dark, ${size}`)
  }
  await page.setViewportSize(NARROW)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(NARROW.width)
}
