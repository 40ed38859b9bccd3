'use client'
import { CircleCheck, OctagonMinus, ShieldX } from 'lucide-react'
import { useLocale, useTranslations } from 'next-intl'
import type { ActivityEntry } from '@/lib/wire'
import { deviceName } from '../device-name'
import { Moment } from '../moment'
import type { Reported } from '../report/use-report'
import { Button } from '../ui/button'
import { whereText } from '../where'
import { entryText, outcomeOf, type Outcome } from './words'

interface Props {
  entry: ActivityEntry
  onNotMine: (reported: Reported) => void
}

/** What, how it ended, when, on which device, and from where. */
export function ActivityRow({ entry, onNotMine }: Props) {
  const t = useTranslations('activity')
  const tDevice = useTranslations('device')
  const device = entry.device ? deviceName(entry.device, tDevice) : tDevice('other')
  const text = entryText(entry, device, t)
  const outcome = outcomeOf(entry.type)
  const on = entry.by ? deviceName(entry.by, tDevice) : entry.device && !text.includes(device) ? device : null
  const from = whereText(entry, useLocale(), tDevice)
  const { reportable } = entry
  return (
    <div className="flex items-start gap-3 border-t border-line py-4 sm:gap-4">
      <OutcomeIcon outcome={outcome} />
      <div className="min-w-0 flex-1 text-sm leading-6">
        <p className="text-base font-medium">{text}</p>
        <p className="text-soft">
          {t(outcome)} · <Moment at={entry.at} />
          {on && ` · ${t('on', { device: on })}`}
        </p>
        {(from || entry.type === 'session_created') && (
          <p className="text-soft">{from ? t('from', { address: from }) : t('addressUnknown')}</p>
        )}
        {reportable && (
          <Button
            variant="plain"
            className="-ms-4 mt-1"
            aria-label={t('notMineOf', { device })}
            onClick={() => onNotMine({ id: reportable, device })}
          >
            {t('notMine')}
          </Button>
        )}
      </div>
    </div>
  )
}

const ICONS = { done: CircleCheck, stopped: OctagonMinus, refused: ShieldX } as const
const COLOURS = { done: 'text-soft', stopped: 'text-ink', refused: 'text-danger' } as const

/** The words beside it say the same. */
function OutcomeIcon({ outcome }: { outcome: Outcome }) {
  const Icon = ICONS[outcome]
  return (
    <Icon className={`mt-0.5 size-6 shrink-0 ${COLOURS[outcome]}`} strokeWidth={1.75} aria-hidden="true" />
  )
}
