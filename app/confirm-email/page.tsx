import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { ConfirmEmail } from '@/components/account/confirm-email'
import { ClientMessages } from '@/components/ui/client-messages'
import { PASSWORD_MIN } from '@/lib/wire'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('confirmEmail'))('title') }
}

/** Where the link in a mail leads, for whoever holds it. Opening it changes nothing: readers of mail open links as well. */
export default function ConfirmEmailPage() {
  return (
    <ClientMessages only={['confirmEmail', 'fields', 'errors']}>
      <ConfirmEmail passwordMin={PASSWORD_MIN} />
    </ClientMessages>
  )
}
