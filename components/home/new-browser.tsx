import type { PageSession } from '@/lib/auth'
import { ClientMessages } from '../ui/client-messages'
import { NewDeviceBanner } from './new-device-banner'

/** The banner on every page of an account, while a code has brought this browser into it for the first time. */
export function NewBrowser({ session }: { session: Pick<PageSession, 'newDevice' | 'method' | 'user'> }) {
  if (!session.newDevice || session.method !== 'qr') return null
  return (
    <ClientMessages only={['home', 'errors']}>
      <NewDeviceBanner name={session.user.name} />
    </ClientMessages>
  )
}
