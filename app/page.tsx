import { redirect } from 'next/navigation'
import { HomeFacts } from '@/components/home/home-facts'
import { HomeLinks } from '@/components/home/home-links'
import { NewBrowser } from '@/components/home/new-browser'
import { SignOutButton } from '@/components/home/sign-out-button'
import { Notices } from '@/components/notices/notices'
import { Unavailable } from '@/components/site/unavailable'
import { ClientMessages } from '@/components/ui/client-messages'
import { Card } from '@/components/ui/card'
import { pageSession, unlessAway } from '@/lib/auth'
import { clock } from '@/lib/clock'
import { listNotices } from '@/lib/notify/inbox'

export default async function HomePage() {
  const state = await pageSession()
  if (state.status === 'unavailable') return <Unavailable />
  if (state.status === 'signed_out') redirect('/login')
  const { session } = state
  const now = clock()
  const notices = await unlessAway(listNotices(session, now))
  if (!notices) return <Unavailable />
  return (
    <>
      <NewBrowser session={session} />
      <ClientMessages only={['notices', 'notMe', 'device', 'reauthenticate', 'fields', 'common', 'errors']}>
        <Notices first={notices} renderedAt={now.toISOString()} />
      </ClientMessages>
      <ClientMessages only={['home', 'errors']}>
        <Card className="my-auto">
          <HomeFacts session={session} />
          <HomeLinks />
          <SignOutButton />
        </Card>
      </ClientMessages>
    </>
  )
}
