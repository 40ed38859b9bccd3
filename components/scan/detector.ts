/** Reading codes from a picture: the browser's own reader, else ZXing as WebAssembly, served by us. */

export interface Detector {
  detect(image: HTMLVideoElement): Promise<{ rawValue: string }[]>
}

interface NativeDetector {
  new (options: { formats: string[] }): Detector
  getSupportedFormats(): Promise<string[]>
}

function native(): NativeDetector | undefined {
  return (globalThis as { BarcodeDetector?: NativeDetector }).BarcodeDetector
}

export async function createDetector(): Promise<Detector> {
  const Native = native()
  const formats = (await Native?.getSupportedFormats().catch(() => [])) ?? []
  if (Native && formats.includes('qr_code')) return new Native({ formats: ['qr_code'] })
  return createPonyfill()
}

async function createPonyfill(): Promise<Detector> {
  const { BarcodeDetector, prepareZXingModule } = await import('barcode-detector/ponyfill')
  const wasm = new URL('zxing-wasm/reader/zxing_reader.wasm', import.meta.url).toString()
  prepareZXingModule({
    overrides: {
      locateFile: (path: string, prefix: string) => (path.endsWith('.wasm') ? wasm : prefix + path),
    },
  })
  return new BarcodeDetector({ formats: ['qr_code'] })
}
