'use client'
import { useFormatter, useLocale, useNow, useTranslations } from 'next-intl'
import type { SessionView } from '@/lib/wire'
import { ago } from '../ago'
import { deviceName } from '../device-name'
import { DeviceIcon } from '../ui/device-icon'
import { whereText } from '../where'
import { Probation } from './probation'
import { SessionMenu } from './session-menu'
import type { Asked, SessionNode } from './tree'

const ACTIVE_NOW_MS = 3 * 60_000

interface Props {
  node: SessionNode
  onAsk: (asked: Asked) => void
}

export function SessionRow({ node, onAsk }: Props) {
  const t = useTranslations('sessions')
  const { session } = node
  const tDevice = useTranslations('device')
  const name = deviceName(session.device, tDevice)
  // A device that its owner named is still told apart by what it runs.
  const runs = session.device.name && deviceName({ ...session.device, name: null }, tDevice)
  const { active, since } = useTimes(session)
  const where = whereText(session, useLocale(), tDevice)
  const approvedBy =
    session.approvedBy && t('approvedBy', { device: deviceName(session.approvedBy, tDevice) })
  const how = [t(session.method), approvedBy]
  return (
    <div className="flex items-start gap-3 border-t border-line py-4 sm:gap-4">
      <DeviceIcon kind={session.device.kind} className="mt-0.5 size-6 shrink-0 text-soft" />
      <div className="min-w-0 flex-1 text-sm leading-6">
        <p className="flex flex-wrap items-center gap-x-3 text-base">
          <span className="font-medium [overflow-wrap:anywhere]">{name}</span>
          {session.current && (
            <span className="rounded-full bg-accent-wash px-2.5 text-sm font-medium text-accent">
              {t('thisDevice')}
            </span>
          )}
        </p>
        <p className="text-soft">
          {runs && `${runs} · `}
          {active} · {where ?? t('addressUnknown')}
        </p>
        <p className="text-soft">
          {since} · {how.filter(Boolean).join(' · ')}
        </p>
        {session.probationEndsAt && !session.current && <Probation until={session.probationEndsAt} />}
      </div>
      <SessionMenu name={name} node={node} onAsk={onAsk} />
    </div>
  )
}

function useTimes(session: SessionView) {
  const t = useTranslations('sessions')
  const format = useFormatter()
  const now = useNow({ updateInterval: 60_000 })
  const tWhen = useTranslations('when')
  const when = (date: string) => ago(new Date(date), now, format, tWhen)
  const seen = new Date(session.lastSeenAt)
  const isActive = session.current || now.getTime() - seen.getTime() < ACTIVE_NOW_MS
  return {
    active: isActive ? t('activeNow') : t('active', { when: when(session.lastSeenAt) }),
    since: t('since', { when: when(session.createdAt) }),
  }
}
