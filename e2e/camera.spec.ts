/**
 * The page's own camera, with a picture of the desktop's screen before it. Chromium on Linux has no reader of its own
 * for codes, so what reads here is the WebAssembly that the app serves.
 */
import fs from 'node:fs'
import type { Page } from '@playwright/test'
import { PNG } from 'pngjs'
import { encode } from 'uqr'
import { findChromium } from '../scripts/chromium.mjs'
import { expect, test as base } from './fixtures'
import { PHONE } from './support/browsers'
import { signedIn } from './support/people'
import { decodePng, filmStill, readCode } from './support/qr'
import { approve, arrived } from './support/steps'
import { messages as t } from './support/words'

interface Camera {
  phone: Page
  /** What the camera sees from the next time that it is opened. */
  see: (picture: Buffer) => void
}

const test = base.extend<{ camera: Camera }>({
  camera: async ({ playwright, launchOptions, server, trouble }, provide, info) => {
    const film = info.outputPath('camera.y4m')
    fs.mkdirSync(info.outputDir, { recursive: true })
    const browser = await playwright.chromium.launch({
      ...launchOptions,
      // The shell without a browser around it has no cameras.
      executablePath: await findChromium(),
      args: [
        ...(launchOptions.args ?? []),
        '--use-fake-ui-for-media-stream',
        '--use-fake-device-for-media-stream',
        `--use-file-for-fake-video-capture=${film}`,
      ],
    })
    const context = await browser.newContext({ ...PHONE, baseURL: server.url, locale: 'en-GB' })
    trouble.watch(context, server.url)
    const phone = await context.newPage()
    await provide({ phone, see: (picture) => filmStill(picture, film) })
    await browser.close()
    fs.rmSync(film, { force: true })
  },
})

/** A picture of a code that says `text`. */
function pictureOf(text: string): Buffer {
  const { data, size } = encode(text, { border: 4 })
  const scale = Math.floor(320 / size)
  const png = new PNG({ width: size * scale, height: size * scale })
  for (let y = 0; y < png.height; y++)
    for (let x = 0; x < png.width; x++) {
      const dark = data[Math.floor(y / scale)]?.[Math.floor(x / scale)]
      png.data.fill(dark ? 0 : 255, (y * png.width + x) * 4, (y * png.width + x) * 4 + 3)
      png.data[(y * png.width + x) * 4 + 3] = 255
    }
  return PNG.sync.write(png)
}

// The fake camera counts as allowed, so that the page starts it by itself, as it does for whoever allowed it before.

test('the camera reads the desktop’s code and leads to approving it', async ({ camera, desktop, server }) => {
  const { phone, see } = camera
  await signedIn(phone)
  await desktop.goto('/login')
  const { id } = await readCode(desktop)
  see(await desktop.getByRole('img', { name: t.login.image }).screenshot())

  const reader = phone.waitForResponse(/\.wasm/)
  await phone.goto('/scan')
  expect(await phone.evaluate(() => 'BarcodeDetector' in window)).toBe(false)
  expect(new URL((await reader).url()).origin).toBe(server.url)
  await expect(phone).toHaveURL(`/scan/${id}`)
  await approve(phone)
  await arrived(desktop)
})

test('the page with the camera is the only one that may use it, and is loaded for that', async ({
  camera,
}) => {
  const { phone, see } = camera
  see(pictureOf('no code of ours'))
  await signedIn(phone)
  const mayFilm = () =>
    phone.evaluate(() =>
      (
        document as Document & { featurePolicy: { allowsFeature(name: string): boolean } }
      ).featurePolicy.allowsFeature('camera'),
    )
  for (const path of ['/sessions', '/account', '/']) {
    await phone.goto(path)
    expect(await mayFilm()).toBe(false)
  }
  await phone.getByRole('link', { name: t.home.scan }).click()
  await expect(phone.getByRole('status')).toHaveText(t.scan.entry.foreign)
  expect(await mayFilm()).toBe(true)
})

test('the camera reads a code in the dark as well', async ({ camera, openDesktop }) => {
  const { phone, see } = camera
  const desktop = await openDesktop({ colorScheme: 'dark' })
  await signedIn(phone)
  await desktop.goto('/login')
  const { id } = await readCode(desktop)
  see(await desktop.getByRole('img', { name: t.login.image }).screenshot())
  await phone.goto('/scan')
  await expect(phone).toHaveURL(`/scan/${id}`)
  await expect(phone.getByRole('heading', { name: t.scan.confirm.title })).toBeVisible()
})

const foreign = {
  'another site': 'https://evil.example/scan/AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAA',
  'a site whose name begins like this one': '{app}.evil.example/scan/AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAA',
  'another page of this site': '{app}/signup?next=//evil.example',
  'no address at all': 'javascript:alert(1)',
}
for (const [name, text] of Object.entries(foreign))
  test(`the camera does not follow a code of ${name}`, async ({ camera, server }) => {
    const { phone, see } = camera
    const picture = pictureOf(text.replace('{app}', server.url))
    expect(decodePng(picture)).toBe(text.replace('{app}', server.url))
    see(picture)
    await signedIn(phone)
    await phone.goto('/scan')
    await expect(phone.getByRole('status')).toHaveText(t.scan.entry.foreign)
    await expect(phone).toHaveURL('/scan')
  })

test('a phone without a camera is told to type the code', async ({ phone }) => {
  await signedIn(phone)
  await phone.goto('/scan')
  await phone.getByRole('button', { name: t.scan.entry.use }).click()
  await expect(phone.getByRole('status')).toHaveText(
    new RegExp(`${t.scan.entry.absent}|${t.scan.entry.refused}`.replaceAll('.', '\\.')),
  )
  await expect(phone.getByLabel(t.scan.entry.code, { exact: true })).toBeVisible()
})
