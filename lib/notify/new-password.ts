import type { Runner } from '../sql'
import { endLinks } from './links'
import { notify } from './notice'

/** Tells of a new password. Links that were asked for before it set none any more. */
export async function notifyNewPassword(tx: Runner, userId: string, now: Date): Promise<void> {
  await endLinks(tx, userId, 'reset_password')
  await notify(tx, { userId, type: 'password_changed' }, now)
}
