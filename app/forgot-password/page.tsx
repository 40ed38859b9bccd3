import type { Metadata } from 'next'
import { getTranslations } from 'next-intl/server'
import { ForgotPasswordForm } from '@/components/account/forgot-password-form'
import { Notice } from '@/components/site/notice'
import { ButtonLink, TextLink } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { ClientMessages } from '@/components/ui/client-messages'
import { settings } from '@/lib/env'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('forgot'))('title') }
}

export default async function ForgotPasswordPage() {
  const t = await getTranslations('forgot')
  if (settings().smtpUrl === undefined)
    return (
      <Notice title={t('title')}>
        <p className="text-soft">{t('closed')}</p>
        <ButtonLink href="/signin" className="mt-2 w-full">
          {t('back')}
        </ButtonLink>
      </Notice>
    )
  return (
    <Card className="my-auto">
      <ClientMessages only={['forgot', 'fields', 'errors']}>
        <ForgotPasswordForm />
      </ClientMessages>
      <p className="mt-6 border-t border-line pt-4">
        <TextLink href="/signin">{t('back')}</TextLink>
      </p>
    </Card>
  )
}
