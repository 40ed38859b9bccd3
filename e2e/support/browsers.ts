/** The two kinds of browser that meet here. */
import type { BrowserContextOptions, Page } from '@playwright/test'

export const CHROME_ON_WINDOWS =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36'
export const SAFARI_ON_IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'

export const DESKTOP: BrowserContextOptions = {
  userAgent: CHROME_ON_WINDOWS,
  viewport: { width: 1280, height: 800 },
}

export const PHONE: BrowserContextOptions = {
  userAgent: SAFARI_ON_IPHONE,
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
}

/** What a page hears when its tab goes behind another one, or comes back; a headless browser shows all tabs at once. */
export const setSeen = (page: Page, seen: boolean): Promise<void> =>
  page.evaluate(
    (state) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, value: state })
      document.dispatchEvent(new Event('visibilitychange'))
    },
    seen ? 'visible' : 'hidden',
  )
