import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { NotMeView } from '@/components/report/not-me-view'
import { ClientMessages } from '@/components/ui/client-messages'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('notMe'))('title') }
}

/** Where the link in a notice's mail leads: good for whoever holds it, signed in or not. Opening it changes nothing. */
export default function NotMePage() {
  return (
    <ClientMessages only={['notMe', 'device', 'faults', 'errors']}>
      <NotMeView />
    </ClientMessages>
  )
}
