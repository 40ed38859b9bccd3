import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { SignInForm } from '@/components/account/sign-in-form'
import { nextParam, withNext, type Query } from '@/components/next-param'
import { Unavailable } from '@/components/site/unavailable'
import { TextLink } from '@/components/ui/button'
import { Card, Title } from '@/components/ui/card'
import { ClientMessages } from '@/components/ui/client-messages'
import { pageSession } from '@/lib/auth'
import { settings } from '@/lib/env'
import { safeReturnTo } from '@/lib/http/return-to'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('signin'))('title') }
}

export default async function SignInPage({ searchParams }: { searchParams: Query }) {
  const next = safeReturnTo(await nextParam(searchParams))
  const { status } = await pageSession()
  if (status === 'unavailable') return <Unavailable />
  if (status === 'signed_in') redirect(next)
  const t = await getTranslations('signin')
  return (
    <Card className="my-auto">
      <Title>{t('title')}</Title>
      <ClientMessages only={['signin', 'fields', 'errors']}>
        <SignInForm next={next} />
      </ClientMessages>
      {settings().smtpUrl !== undefined && (
        <p className="mt-3 text-center">
          <TextLink href="/forgot-password">{t('forgot')}</TextLink>
        </p>
      )}
      <div className="mt-6 flex flex-wrap justify-between gap-x-6 gap-y-2 border-t border-line pt-4">
        <TextLink href={withNext('/login', next)}>{t('phone')}</TextLink>
        {settings().signUp === 'open' && <TextLink href={withNext('/signup', next)}>{t('create')}</TextLink>}
      </div>
    </Card>
  )
}
