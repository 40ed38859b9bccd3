import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { NewBrowser } from '@/components/home/new-browser'
import { withNext } from '@/components/next-param'
import { SessionsView } from '@/components/sessions/sessions-view'
import { BackHome } from '@/components/site/back-home'
import { Unavailable } from '@/components/site/unavailable'
import { Card, Title } from '@/components/ui/card'
import { ClientMessages } from '@/components/ui/client-messages'
import { pageSession } from '@/lib/auth'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('sessions'))('title') }
}

export default async function SessionsPage() {
  const state = await pageSession()
  if (state.status === 'unavailable') return <Unavailable />
  if (state.status === 'signed_out') redirect(withNext('/login', '/sessions'))
  const t = await getTranslations('sessions')
  return (
    <>
      <NewBrowser session={state.session} />
      <Card width="medium">
        <BackHome />
        <Title>{t('title')}</Title>
        <p className="mt-2 mb-6 text-soft">{t('lead')}</p>
        <ClientMessages
          only={[
            'sessions',
            'probation',
            'notMe',
            'when',
            'device',
            'faults',
            'errors',
            'fields',
            'common',
            'reauthenticate',
          ]}
        >
          <SessionsView />
        </ClientMessages>
      </Card>
    </>
  )
}
