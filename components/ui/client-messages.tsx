import { NextIntlClientProvider } from 'next-intl'
import { getMessages } from 'next-intl/server'
import type { ReactNode } from 'react'
import type { Messages } from '@/lib/i18n/locale'

interface Props {
  /** The namespaces that the client components inside use; nothing else is sent. */
  only: (keyof Messages)[]
  children: ReactNode
}

export async function ClientMessages({ only, children }: Props) {
  const all = await getMessages()
  const messages = Object.fromEntries(only.map((name) => [name, all[name]]))
  return <NextIntlClientProvider messages={messages}>{children}</NextIntlClientProvider>
}
