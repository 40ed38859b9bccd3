import type { PageSession } from '@/lib/auth'
import { ClientMessages } from '../ui/client-messages'
import { ProbationBanner } from './probation-banner'

/** The banner on every page of an account, while the browser that a code has brought into it is on probation. */
export function NewBrowser({ session }: { session: Pick<PageSession, 'probation' | 'method' | 'user'> }) {
  if (session.method !== 'qr') return null
  return (
    <ClientMessages only={['home', 'probation', 'reauthenticate', 'fields', 'common', 'errors']}>
      <ProbationBanner name={session.user.name} until={session.probation?.toISOString() ?? null} />
    </ClientMessages>
  )
}
