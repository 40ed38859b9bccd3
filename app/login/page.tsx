import type { Metadata } from 'next'
import { headers } from 'next/headers'
import { getTranslations } from 'next-intl/server'
import { LoginCard } from '@/components/login/login-card'
import { OtherAccount } from '@/components/login/other-account'
import { nextParam, type Query } from '@/components/next-param'
import { Notice } from '@/components/site/notice'
import { Unavailable } from '@/components/site/unavailable'
import { ButtonLink } from '@/components/ui/button'
import { ClientMessages } from '@/components/ui/client-messages'
import { pageSession } from '@/lib/auth'
import { settings } from '@/lib/env'
import { openedWith } from '@/lib/http/caller'
import { safeReturnTo } from '@/lib/http/return-to'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('login'))('meta') }
}

export default async function LoginPage({ searchParams }: { searchParams: Query }) {
  const returnTo = safeReturnTo(await nextParam(searchParams))
  const state = await pageSession()
  if (state.status === 'unavailable') return <Unavailable />
  if (state.status === 'signed_in') return <Already user={state.session.user} returnTo={returnTo} />
  const { appName, appUrl, signUp } = settings()
  return (
    <ClientMessages only={['login', 'faults', 'when']}>
      <LoginCard
        appName={appName}
        host={new URL(appUrl).host}
        returnTo={returnTo}
        signUpOpen={signUp === 'open'}
        first={openedWith(await headers())}
      />
    </ClientMessages>
  )
}

async function Already({ user, returnTo }: { user: { name: string; email: string }; returnTo: string }) {
  const t = await getTranslations()
  return (
    <Notice title={t('login.already', { name: user.name })}>
      <p className="text-soft">{user.email}</p>
      <ButtonLink href={returnTo} className="mt-2 w-full">
        {t('common.continue')}
      </ButtonLink>
      <ClientMessages only={['login', 'errors']}>
        <OtherAccount returnTo={returnTo} />
      </ClientMessages>
    </Notice>
  )
}
