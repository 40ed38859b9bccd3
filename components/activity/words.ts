import type { useTranslations } from 'next-intl'
import type { ActivityEntry } from '@/lib/wire'

type Translate = ReturnType<typeof useTranslations<'activity'>>
type Words = Parameters<Translate>[0] & `types.${string}`

export type Outcome = 'done' | 'stopped' | 'refused'

/** How things ended that did not simply happen. */
const OUTCOMES = new Map<string, Outcome>([
  ['login_rejected', 'stopped'],
  ['login_reported', 'stopped'],
  ['session_reported', 'stopped'],
  ['account_disabled', 'stopped'],
  ['login_refused', 'refused'],
  ['login_blocked', 'refused'],
  ['login_presented', 'refused'],
  ['session_wrong_device', 'refused'],
  ['sign_in_failed', 'refused'],
  ['password_failed', 'refused'],
])

export const outcomeOf = (type: string): Outcome => OUTCOMES.get(type) ?? 'done'

/** "You approved Chrome on Windows". `device` is what that one is called. */
export function entryText(
  { type, detail, count }: Pick<ActivityEntry, 'type' | 'detail' | 'count'>,
  device: string,
  t: Translate,
) {
  return t(`types.${type}` as Words, { device, detail: detail ?? 'none', count })
}
