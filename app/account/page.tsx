import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { AccountForms } from '@/components/account/account-forms'
import { NewBrowser } from '@/components/home/new-browser'
import { withNext } from '@/components/next-param'
import { BackHome } from '@/components/site/back-home'
import { Unavailable } from '@/components/site/unavailable'
import { Card, Title } from '@/components/ui/card'
import { ClientMessages } from '@/components/ui/client-messages'
import { pageSession, unlessAway } from '@/lib/auth'
import { isEmailConfirmed } from '@/lib/email'
import { settings } from '@/lib/env'
import { PASSWORD_MIN } from '@/lib/wire'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('account'))('title') }
}

export default async function AccountPage() {
  const state = await pageSession()
  if (state.status === 'unavailable') return <Unavailable />
  if (state.status === 'signed_out') redirect(withNext('/login', '/account'))
  const t = await getTranslations('account')
  const mails = settings().smtpUrl !== undefined
  const emailConfirmed = mails ? await unlessAway(isEmailConfirmed(state.session.userId)) : undefined
  if (emailConfirmed === null) return <Unavailable />
  return (
    <>
      <NewBrowser session={state.session} />
      <Card>
        <BackHome />
        <Title>{t('title')}</Title>
        <ClientMessages only={['account', 'errors', 'fields', 'common', 'reauthenticate']}>
          <AccountForms
            user={state.session.user}
            emailConfirmed={emailConfirmed}
            passwordMin={PASSWORD_MIN}
          />
        </ClientMessages>
      </Card>
    </>
  )
}
