import type { useFormatter, useTranslations } from 'next-intl'

const JUST_NOW_MS = 60_000

type Format = Pick<ReturnType<typeof useFormatter>, 'relativeTime'>
type Translate = ReturnType<typeof useTranslations<'when'>>

/** "3 minutes ago"; under a minute, and where the clocks disagree, "just now". */
export function ago(date: Date, now: Date, format: Format, t: Translate): string {
  return now.getTime() - date.getTime() < JUST_NOW_MS ? t('justNow') : format.relativeTime(date, now)
}
