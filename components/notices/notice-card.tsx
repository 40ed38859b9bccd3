'use client'
import { KeyRound } from 'lucide-react'
import { useLocale, useTranslations } from 'next-intl'
import type { NoticeView } from '@/lib/wire'
import { deviceName } from '../device-name'
import { Moment } from '../moment'
import type { Reported } from '../report/use-report'
import { Button, ButtonLink } from '../ui/button'
import { DeviceIcon } from '../ui/device-icon'
import { useHydrated } from '../use-browser'
import { whereText } from '../where'

interface Props {
  notice: NoticeView
  busy: boolean
  onMine: () => void
  onNotMine: (reported: Reported) => void
}

export function NoticeCard({ notice, busy, onMine, onNotMine }: Props) {
  const t = useTranslations('notices')
  const tDevice = useTranslations('device')
  const hydrated = useHydrated()
  const { session } = notice
  const signIn = session && { session, device: deviceName(session.device, tDevice) }
  return (
    <div className="rounded-card border border-line bg-surface p-4 sm:px-6">
      {signIn ? <SignIn at={notice.at} {...signIn} /> : <NewPassword at={notice.at} />}
      <div className="mt-4 grid grid-cols-[2fr_3fr] gap-3">
        <Button
          variant="quiet"
          busy={busy}
          disabled={!hydrated}
          aria-label={signIn ? t('mineOf', { device: signIn.device }) : undefined}
          onClick={onMine}
        >
          {t('mine')}
        </Button>
        {signIn ? (
          <Button
            variant="quiet"
            disabled={!hydrated}
            aria-label={t('notMineOf', { device: signIn.device })}
            onClick={() => onNotMine({ id: signIn.session.id, device: signIn.device })}
          >
            {t('notMine')}
          </Button>
        ) : (
          <ButtonLink variant="quiet" href="/account">
            {t('change')}
          </ButtonLink>
        )}
      </div>
    </div>
  )
}

interface SignInProps {
  at: string
  session: NonNullable<NoticeView['session']>
  device: string
}

function SignIn({ at, session, device }: SignInProps) {
  const t = useTranslations('notices')
  const tDevice = useTranslations('device')
  const where = whereText(session, useLocale(), tDevice)
  const how = session.approvedBy
    ? t('approvedBy', { device: deviceName(session.approvedBy, tDevice) })
    : t(session.method)
  return (
    <div className="flex items-start gap-3 sm:gap-4">
      <DeviceIcon kind={session.device.kind} className="mt-0.5 size-6 shrink-0 text-accent" />
      <div className="min-w-0 text-sm leading-6">
        <p className="text-base font-semibold">{t('session_created', { device })}</p>
        {/* Names of countries may differ between the server's language data and the browser's. */}
        <p suppressHydrationWarning>{where ?? t('addressUnknown')}</p>
        <p className="text-soft">
          <Moment at={at} /> · {how}
          {!session.live && ` · ${t('ended')}`}
        </p>
      </div>
    </div>
  )
}

function NewPassword({ at }: { at: string }) {
  const t = useTranslations('notices')
  return (
    <div className="flex items-start gap-3 sm:gap-4">
      <KeyRound className="mt-0.5 size-6 shrink-0 text-accent" strokeWidth={1.75} aria-hidden="true" />
      <div className="min-w-0 text-sm leading-6">
        <p className="text-base font-semibold">{t('password_changed')}</p>
        <p className="text-soft">
          <Moment at={at} />
        </p>
      </div>
    </div>
  )
}
