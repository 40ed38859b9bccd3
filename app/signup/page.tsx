import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { SignUpForm } from '@/components/account/sign-up-form'
import { nextParam, withNext, type Query } from '@/components/next-param'
import { Notice } from '@/components/site/notice'
import { Unavailable } from '@/components/site/unavailable'
import { ButtonLink, TextLink } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { ClientMessages } from '@/components/ui/client-messages'
import { pageSession } from '@/lib/auth'
import { settings } from '@/lib/env'
import { safeReturnTo } from '@/lib/http/return-to'
import { PASSWORD_MIN } from '@/lib/wire'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('signup'))('title') }
}

export default async function SignUpPage({ searchParams }: { searchParams: Query }) {
  const next = safeReturnTo(await nextParam(searchParams))
  const { status } = await pageSession()
  if (status === 'unavailable') return <Unavailable />
  if (status === 'signed_in') redirect(next)
  if (settings().signUp === 'closed') return <Closed next={next} />
  const t = await getTranslations('signup')
  return (
    <Card className="my-auto">
      <ClientMessages only={['signup', 'fields', 'errors']}>
        <SignUpForm next={next} passwordMin={PASSWORD_MIN} />
      </ClientMessages>
      <p className="mt-6 border-t border-line pt-4 text-soft">
        {t('have')} <TextLink href={withNext('/signin', next)}>{t('signin')}</TextLink>
      </p>
    </Card>
  )
}

async function Closed({ next }: { next: string }) {
  const t = await getTranslations('signup')
  return (
    <Notice title={t('closedTitle')}>
      <p className="text-soft">{t('closed')}</p>
      <ButtonLink href={withNext('/signin', next)} className="mt-2 w-full">
        {t('signin')}
      </ButtonLink>
    </Notice>
  )
}
