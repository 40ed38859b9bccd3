/**
 * Every refusal that the API can answer, as one table: code → HTTP status and default English detail.
 * Clients act on `code`; `detail` is for a developer's eyes (RFC 9457 §3.1.4).
 */
export const ERRORS = {
  invalid_input: { status: 400, title: 'The request is not in the expected form.' },
  sign_in_required: { status: 401, title: 'Sign in first.' },
  reauthentication_required: { status: 403, title: 'Give your password again to do this.' },
  proof_required: { status: 403, title: 'A proof is missing.' },
  proof_failed: { status: 403, title: 'The proof did not match.' },
  refused: { status: 403, title: 'This sign-in is too risky for this server.' },
  blocked: { status: 403, title: 'This account reported that desktop.' },
  wrong_device: { status: 403, title: 'This belongs to another device.' },
  cross_site: { status: 403, title: 'This call must come from this site.' },
  not_found: { status: 404, title: 'There is nothing here.' },
  wrong_state: { status: 409, title: 'The login request is not in a state that allows this.' },
  already_scanned: { status: 409, title: 'Another phone scanned this code first.' },
  already_used: { status: 409, title: 'This code was used already.' },
  expired: { status: 410, title: 'This code has expired.' },
  misdirected: { status: 421, title: 'This server does not answer for that host.' },
  rate_limited: { status: 429, title: 'Too many tries. Wait a little.' },
  too_many_sign_ins: { status: 429, title: 'This account was signed in to too often. Wait a little.' },
  internal: { status: 500, title: 'Something broke on our side.' },
  busy: { status: 503, title: 'This server holds no more connections. Poll instead.' },
  unavailable: { status: 503, title: 'The database cannot be reached. Try again shortly.' },
} as const

export type ErrorCode = keyof typeof ERRORS

/** What an error may carry besides its code. */
export interface ErrorExtras {
  /** Sent as `detail`, for developers. */
  detail?: string
  /** Seconds until it makes sense to try again; sent as `Retry-After`. */
  retryAfter?: number
  /** Why a login request was rejected, where the code is `wrong_state`. */
  reason?: string
  /** The state that the login request is in, where that is what refused the move. */
  status?: string
  /** Which proof, where the code is `proof_required` or `proof_failed`, and how often it may still be tried. */
  proof?: string
  triesLeft?: number
  /** The fields that are wrong, where the code is `invalid_input`. */
  fields?: { field: string; code: string }[]
  /** Another HTTP status than the code's own (413 for a body that is too large). */
  httpStatus?: number
  cause?: unknown
}

const BRAND = Symbol.for('qr-login.error')

/** The one error class that this project throws on purpose. Anything else that is thrown is a bug or a fault. */
export class AppError extends Error {
  // Routes and the front door are bundled apart, so that this class exists more than once in a process.
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value
  }
  readonly [BRAND] = true
  readonly code: ErrorCode
  readonly extras: ErrorExtras

  constructor(code: ErrorCode, extras: ErrorExtras = {}) {
    super(extras.detail ?? ERRORS[code].title, { cause: extras.cause })
    this.name = 'AppError'
    this.code = code
    this.extras = extras
  }

  get status(): number {
    return this.extras.httpStatus ?? ERRORS[this.code].status
  }
}

/** True when `error` is an AppError, with that code if one is given. */
export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  return error instanceof AppError && (code === undefined || error.code === code)
}
