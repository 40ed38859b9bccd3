import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { withNext } from '@/components/next-param'
import { ScanEntry } from '@/components/scan/scan-entry'
import { Unavailable } from '@/components/site/unavailable'
import { ClientMessages } from '@/components/ui/client-messages'
import { pageSession } from '@/lib/auth'
import { settings } from '@/lib/env'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('scan.entry'))('title') }
}

export default async function ScanPage() {
  const { status } = await pageSession()
  if (status === 'unavailable') return <Unavailable />
  if (status === 'signed_out') redirect(withNext('/signin', '/scan'))
  return (
    <ClientMessages only={['scan', 'errors']}>
      <ScanEntry appUrl={settings().appUrl} />
    </ClientMessages>
  )
}
