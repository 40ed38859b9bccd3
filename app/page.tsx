import { redirect } from 'next/navigation'
import { HomeFacts } from '@/components/home/home-facts'
import { HomeLinks } from '@/components/home/home-links'
import { NewBrowser } from '@/components/home/new-browser'
import { SignOutButton } from '@/components/home/sign-out-button'
import { Unavailable } from '@/components/site/unavailable'
import { ClientMessages } from '@/components/ui/client-messages'
import { Card } from '@/components/ui/card'
import { pageSession } from '@/lib/auth'

export default async function HomePage() {
  const state = await pageSession()
  if (state.status === 'unavailable') return <Unavailable />
  if (state.status === 'signed_out') redirect('/login')
  const { session } = state
  return (
    <ClientMessages only={['home', 'errors']}>
      <NewBrowser session={session} />
      <Card className="my-auto">
        <HomeFacts session={session} />
        <HomeLinks />
        <SignOutButton />
      </Card>
    </ClientMessages>
  )
}
