import { getFormatter, getTranslations } from 'next-intl/server'
import type { PageSession } from '@/lib/auth'
import { ago } from '../ago'
import { deviceName } from '../device-name'
import { Title } from '../ui/card'

type Shown = Pick<PageSession, 'user' | 'device' | 'method' | 'createdAt' | 'approvedBy'>

/** Who, on what, and how. */
export async function HomeFacts({ session }: { session: Shown }) {
  const t = await getTranslations('home')
  const tDevice = await getTranslations('device')
  const when = ago(session.createdAt, new Date(), await getFormatter(), await getTranslations('when'))
  return (
    <>
      <Title>{session.user.name}</Title>
      <p className="mt-1 text-soft">{session.user.email}</p>
      <dl className="mt-6 flex flex-col gap-3">
        <Fact name={t('device')} value={deviceName(session.device, tDevice)} />
        <Fact name={t('method')} value={t(session.method, { when })} />
        {session.approvedBy && (
          <Fact name={t('approvedBy')} value={deviceName(session.approvedBy, tDevice)} />
        )}
      </dl>
    </>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div className="flex flex-wrap justify-between gap-x-4">
      <dt className="text-soft">{name}</dt>
      <dd className="min-w-0 font-medium">{value}</dd>
    </div>
  )
}
