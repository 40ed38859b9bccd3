import type { Metadata, Viewport } from 'next'
import { getLocale, getTranslations } from 'next-intl/server'
import type { ReactNode } from 'react'
import { Footer } from '@/components/site/footer'
import { Header } from '@/components/site/header'
import { ClientMessages } from '@/components/ui/client-messages'
import { settings } from '@/lib/env'
import { DIRECTION } from '@/lib/i18n/locale'
import './globals.css'

/** Every page answers for one person, one language and one nonce. */
export const dynamic = 'force-dynamic'

export function generateMetadata(): Metadata {
  const { appName } = settings()
  return {
    title: { default: appName, template: `%s · ${appName}` },
    robots: { index: false },
    formatDetection: { telephone: false, email: false, address: false },
  }
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f6f4f1' },
    { media: '(prefers-color-scheme: dark)', color: '#141312' },
  ],
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  const locale = await getLocale()
  const t = await getTranslations('noscript')
  return (
    <html lang={locale} dir={DIRECTION[locale]}>
      <body className="flex min-h-dvh flex-col ps-[env(safe-area-inset-left)] pe-[env(safe-area-inset-right)] pt-[env(safe-area-inset-top)] font-sans">
        <ClientMessages only={['language', 'errorPage']}>
          <Header appName={settings().appName} />
          <main className="flex w-full flex-1 flex-col px-4 py-4 sm:py-8 max-sm:short:pt-1">
            <noscript>
              <p className="mx-auto mb-4 w-full max-w-md rounded-card bg-accent-wash p-4 text-center font-medium">
                {t('body')}
              </p>
            </noscript>
            {children}
          </main>
          <Footer />
        </ClientMessages>
      </body>
    </html>
  )
}
