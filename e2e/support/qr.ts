/** Reading codes from pixels, and showing them to a camera. */
import fs from 'node:fs'
import { expect, type Locator, type Page } from '@playwright/test'
import jsQR from 'jsqr'
import { PNG } from 'pngjs'
import { messages, type Words } from './words'

/** What the QR code in the picture of an element says, or null where none can be read. */
async function decodeQr(locator: Locator): Promise<string | null> {
  return decodePng(await locator.screenshot())
}

export function decodePng(picture: Buffer): string | null {
  const { data, width, height } = PNG.sync.read(picture)
  return jsQR(new Uint8ClampedArray(data), width, height)?.data ?? null
}

/** The code that a desktop shows, as a phone's camera app reads it. */
export async function readCode(desktop: Page, words: Words = messages): Promise<{ url: string; id: string }> {
  const image = desktop.getByRole('img', { name: words.login.image })
  await expect(image).toBeVisible()
  let url = ''
  await expect(async () => {
    url = (await decodeQr(image)) ?? ''
    expect(url).toContain('/scan/')
  }).toPass()
  return { url, id: /\/scan\/([^.]+)\./.exec(url)?.[1] ?? '' }
}

/** Writes a PNG, centred on grey, as a short clip (YUV4MPEG2, 4:2:0) that Chromium's fake camera plays. */
export function filmStill(picture: Buffer, file: string, width = 640, height = 480, frames = 10): void {
  const image = PNG.sync.read(picture)
  const luma = Buffer.alloc(width * height, 128)
  const left = (width - image.width) >> 1
  const top = (height - image.height) >> 1
  for (let y = 0; y < image.height; y++)
    for (let x = 0; x < image.width; x++) {
      const [column, row] = [x + left, y + top]
      if (column < 0 || row < 0 || column >= width || row >= height) continue
      luma[row * width + column] = studioLuma(image.data, (y * image.width + x) * 4)
    }
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((width * height) / 2, 128)])
  const header = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`)
  fs.writeFileSync(file, Buffer.concat([header, ...Array<Buffer>(frames).fill(frame)]))
}

/** ITU-R BT.601: brightness in 16…235. */
function studioLuma(rgba: Buffer, at: number): number {
  const [red = 0, green = 0, blue = 0] = rgba.subarray(at, at + 3)
  return 16 + Math.round(((0.299 * red + 0.587 * green + 0.114 * blue) * 219) / 255)
}
