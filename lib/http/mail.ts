import { settings } from '../env'
import { AppError } from '../errors'

/**
 * For what can only be done by mail.
 * @throws AppError `not_found` where there is no mail server
 */
export function requireMail(): void {
  if (settings().smtpUrl === undefined)
    throw new AppError('not_found', { detail: 'This server sends no mail.' })
}
