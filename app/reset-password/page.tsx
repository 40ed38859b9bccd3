import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { ResetPasswordForm } from '@/components/account/reset-password-form'
import { ClientMessages } from '@/components/ui/client-messages'
import { PASSWORD_MIN } from '@/lib/wire'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('reset'))('title') }
}

/** Where the link in a mail leads, for whoever holds it. Opening it changes nothing. */
export default function ResetPasswordPage() {
  return (
    <ClientMessages only={['reset', 'fields', 'errors']}>
      <ResetPasswordForm passwordMin={PASSWORD_MIN} />
    </ClientMessages>
  )
}
