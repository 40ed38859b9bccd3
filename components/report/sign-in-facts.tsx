'use client'
import { useLocale, useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import type { ReportView } from '@/lib/wire'
import { deviceName } from '../device-name'
import { Moment } from '../moment'
import { placeText } from '../place'
import { DeviceIcon } from '../ui/device-icon'

/** What is known of a sign-in, for whoever holds the link that tells of it. */
export function SignInFacts({ report }: { report: ReportView }) {
  const t = useTranslations('notMe')
  const tDevice = useTranslations('device')
  const place = placeText(report.place, useLocale())
  return (
    <div className="mt-4 rounded-card bg-sunken p-4">
      <p className="flex items-start gap-3 text-lg leading-7 font-semibold">
        <DeviceIcon kind={report.device.kind} className="size-7 shrink-0" />
        <span className="min-w-0">{deviceName(report.device, tDevice)}</span>
      </p>
      <dl className="mt-3 grid gap-x-4 gap-y-1 min-[23rem]:grid-cols-[auto_1fr]">
        <Fact name={t('when')}>
          <Moment at={report.at} />
        </Fact>
        <Fact name={t('where')}>{place ? t('about', { place }) : t('unknown')}</Fact>
        <Fact name={t('how')}>{t(report.method)}</Fact>
        {report.approvedBy && <Fact name={t('approvedBy')}>{deviceName(report.approvedBy, tDevice)}</Fact>}
        <Fact name={t('state')}>{t(report.live ? 'live' : 'ended')}</Fact>
      </dl>
    </div>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-soft">{name}</dt>
      <dd className="min-w-0 font-medium">{children}</dd>
    </>
  )
}
