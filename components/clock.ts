/** "today 12:04": a moment as somebody in `timeZone` says it. */
export function clockText(at: Date, now: Date, locale: string, timeZone: string): string {
  const days = dayNumber(at, timeZone) - dayNumber(now, timeZone)
  if (Math.abs(days) > 1)
    return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(at)
  const day = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(days, 'day')
  return `${day} ${new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone }).format(at)}`
}

/** Days since 1970, as the calendar there counts them. */
function dayNumber(date: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  }).formatToParts(date)
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value)
  return Date.UTC(part('year'), part('month') - 1, part('day')) / 86_400_000
}
