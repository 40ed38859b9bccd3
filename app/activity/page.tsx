import { Download } from 'lucide-react'
import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { ActivityFilter } from '@/components/activity/activity-filter'
import { ActivityView } from '@/components/activity/activity-view'
import { NewBrowser } from '@/components/home/new-browser'
import { withNext, type Query } from '@/components/next-param'
import { BackHome } from '@/components/site/back-home'
import { Unavailable } from '@/components/site/unavailable'
import { Card, Title } from '@/components/ui/card'
import { ClientMessages } from '@/components/ui/client-messages'
import { pageSession } from '@/lib/auth'
import { settings } from '@/lib/env'
import { Activity } from '@/lib/wire'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('activity'))('title') }
}

export default async function ActivityPage({ searchParams }: { searchParams: Query }) {
  const state = await pageSession()
  if (state.status === 'unavailable') return <Unavailable />
  if (state.status === 'signed_out') redirect(withNext('/login', '/activity'))
  const t = await getTranslations('activity')
  // What is no kind of activity shows all.
  const of = Activity.safeParse((await searchParams).of).data
  return (
    <>
      <NewBrowser session={state.session} />
      <Card width="medium">
        <BackHome />
        <Title>{t('title')}</Title>
        <p className="mt-2 mb-6 text-soft">{t('lead', { days: settings().auditDays })}</p>
        <ActivityFilter of={of} />
        <ClientMessages
          only={['activity', 'notMe', 'device', 'faults', 'errors', 'fields', 'common', 'reauthenticate']}
        >
          <ActivityView key={of} of={of} />
        </ClientMessages>
        <a
          href="/api/activity/export"
          download
          className="mt-4 inline-flex min-h-11 items-center gap-2 rounded-sm font-medium text-accent underline decoration-1 underline-offset-4 hover:text-accent-strong hover:decoration-2"
        >
          <Download className="size-5 shrink-0" aria-hidden="true" />
          {t('download')}
        </a>
      </Card>
    </>
  )
}
