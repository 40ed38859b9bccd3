/**
 * Every message that crosses the wire, as zod schemas: the API's validation, the pages' types and the OpenAPI
 * document all come from here. Pure: client code may import it.
 */
import { z } from 'zod'
import { ERRORS, type ErrorCode } from './errors'
import { Name } from './names'

const STATUSES = ['new', 'scanned', 'confirmed', 'consumed', 'rejected', 'expired'] as const
export const REASONS = [
  'declined',
  'not_me',
  'withdrawn',
  'superseded',
  'wrong_number',
  'proof_tries',
  'session_ended',
  'relayed',
] as const
const METHODS = ['password', 'qr'] as const
export const KINDS = ['derived', 'independent'] as const
const STAYS = ['12h', '7d', '30d'] as const
export const DEVICE_KINDS = ['desktop', 'phone', 'tablet', 'other'] as const
const RISKS = ['low', 'medium', 'high'] as const
const PROOFS = ['number', 'password', 'code'] as const

const DIFFERENCES = ['address', 'place', 'country'] as const
const NOTICES = ['session_created', 'password_changed'] as const
export const ACTIVITIES = ['sign_ins', 'approvals', 'account'] as const

export const Status = z.enum(STATUSES)
export const Reason = z.enum(REASONS)
export const Method = z.enum(METHODS)
export const Kind = z.enum(KINDS)
export const Stay = z.enum(STAYS)
export const DeviceKind = z.enum(DEVICE_KINDS)
export const Risk = z.enum(RISKS)
export const Proof = z.enum(PROOFS)
export const Difference = z.enum(DIFFERENCES)
export const NoticeType = z.enum(NOTICES)
export const Activity = z.enum(ACTIVITIES)

export type Status = z.infer<typeof Status>
export type Reason = z.infer<typeof Reason>
export type Method = z.infer<typeof Method>
export type Kind = z.infer<typeof Kind>
export type Stay = z.infer<typeof Stay>
export type DeviceKind = z.infer<typeof DeviceKind>
export type Risk = z.infer<typeof Risk>
export type Proof = z.infer<typeof Proof>
export type Difference = z.infer<typeof Difference>
export type NoticeType = z.infer<typeof NoticeType>
export type Activity = z.infer<typeof Activity>

/** How long the desktop stays signed in, in seconds. */
export const STAY_SECONDS: Record<Stay, number> = { '12h': 12 * 3600, '7d': 7 * 86400, '30d': 30 * 86400 }

const id = z.string().regex(/^[A-Za-z0-9_-]{22}$/)
const token = z.string().min(20).max(128)
const seconds = z.number().int().nonnegative()
const iso = z.iso.datetime()
const twoDigits = z.number().int().min(10).max(99)
const email = z.string().trim().toLowerCase().max(254).pipe(z.email())
/** NIST SP 800-63B §3.1.1.2: length is what counts; no composition rules. */
const newPassword = z.string().min(10).max(256)
const password = z.string().min(1).max(256)

export const PASSWORD_MIN = 10
/** Proxies commonly give up on an answer after 60 s. */
const MAX_WAIT_SECONDS = 30

/** `{id}.{code}`, the last part of the QR's address. */
export const ScanCode = z.string().regex(/^[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{11}$/)
export const RequestId = id
/** The id in a path. */
export const IdParams = z.object({ id })

export const OpenBody = z.strictObject({ purpose: z.literal('sign_in').default('sign_in') })
export const Opened = z.object({
  id,
  qr: z.url(),
  userCode: z.string(),
  expiresIn: seconds,
  codeExpiresIn: seconds,
  pollInterval: seconds,
})

/** Which state of a login request; an event stream sends it as the id of its events. */
export const Revision = z.coerce.number().int().positive()

/** The long poll: answers once the request is no longer at `since`, its code rotates, or `wait` seconds have passed. */
export const ReadQuery = z.object({
  wait: z.coerce.number().int().min(0).max(MAX_WAIT_SECONDS).default(0),
  since: Revision.optional(),
})

/** Who scanned, as far as this desktop may know: the name only where that account signed in before. */
export const Scanner = z.object({ initials: z.string(), name: z.string().optional() })

export const LoginView = z.object({
  id,
  status: Status,
  reason: Reason.optional(),
  revision: z.number().int(),
  expiresIn: seconds,
  qr: z.url().optional(),
  codeExpiresIn: seconds.optional(),
  scanner: Scanner.optional(),
  /** The number that the phone is asked for, from the scan to the approval. */
  number: twoDigits.optional(),
  /** What the desktop still owes before it can sign in. */
  needs: z.array(z.literal('code')).optional(),
})

export const TicketBody = z.strictObject({ code: ScanCode })

/** `id` alone is for the phone that claimed this request (a reload) or that holds a ticket for it. */
export const ScanBody = z.union([
  z.strictObject({ code: ScanCode }),
  z.strictObject({ userCode: z.string().min(8).max(20) }),
  z.strictObject({ id }),
])
/** Where an address approximately is, as far as the operator's database of places knows; the city by language. */
export const Place = z.object({
  city: z.object({ en: z.string(), zh: z.string() }).nullable(),
  /** ISO 3166-1 alpha-2. */
  country: z.string().length(2).nullable(),
})
/** Where somebody calls from. */
const Where = z.object({
  /** Null where the address could not be determined. */
  address: z.string().nullable(),
  place: Place.nullable(),
})
const AskingDevice = Where.extend({
  kind: DeviceKind,
  browser: z.string().nullable(),
  system: z.string().nullable(),
  askedAt: iso,
})
export const Scanned = z.object({
  id,
  scanToken: token,
  desktop: AskingDevice,
  /** Where this phone is, to compare. */
  phone: Where,
  /** What of the desktop's facts is not the phone's own: another address, far away or undetermined, another country. */
  differences: z.array(Difference),
  /** Both call from one public address, or from one IPv6 network. */
  sameNetwork: z.boolean(),
  account: z.object({ name: z.string(), email: z.string() }),
  risk: Risk,
  /** What `confirm` asks for (`number`, `password`), and what the desktop will be asked for afterwards (`code`). */
  proofs: z.array(Proof),
  /** The numbers to choose from, where one is asked for. */
  choices: z.array(twoDigits).optional(),
  kinds: z.array(Kind),
  /** How long this desktop may stay signed in: a strange one not as long as one that is known. */
  stays: z.array(Stay),
  expiresIn: seconds,
})

export const ConfirmBody = z.strictObject({
  scanToken: token,
  stay: Stay,
  kind: Kind,
  number: twoDigits.optional(),
  password: password.optional(),
})
export const Confirmed = z.object({
  status: z.literal('confirmed'),
  expiresIn: seconds,
  /** To be typed on the desktop, where it owes one. */
  code: z
    .string()
    .regex(/^\d{6}$/)
    .optional(),
})
/** `report` says that somebody tried to get in: that desktop can't ask this account any more. */
export const RejectBody = z.strictObject({ scanToken: token, report: z.boolean().default(false) })
export const Rejected = z.object({ status: z.literal('rejected'), reason: Reason })
export const WithdrawBody = z.strictObject({ reason: z.enum(['withdrawn', 'not_me']).default('withdrawn') })

/** Body of next-auth's `POST /api/auth/callback/qr` and `/callback/password`. */
export const ConsumeBody = z.object({ id, code: z.string().max(20).optional() })
export const PasswordBody = z.object({ email, password })

export const SignUpBody = z.strictObject({ name: Name, email, password: newPassword })
export const SignedUp = z.object({ email: z.string() })

/** A device by what is known of it; `name` is what its owner calls it. */
export const DeviceView = z.object({
  name: z.string().nullable(),
  kind: DeviceKind,
  browser: z.string().nullable(),
  system: z.string().nullable(),
})

export const SessionView = z.object({
  id,
  current: z.boolean(),
  method: Method,
  kind: z.enum(['own', ...KINDS]),
  /** Another listed session that let this one in and with which it ends (`derived`), else null. */
  parentId: id.nullable(),
  /** The device that approved it, where one did. */
  approvedBy: DeviceView.nullable(),
  /** The login request that made it, where one did. */
  requestId: id.nullable(),
  device: DeviceView,
  address: z.string().nullable(),
  place: Place.nullable(),
  createdAt: iso,
  lastSeenAt: iso,
  expiresAt: iso,
  /** Until then it may do less, as its browser was strange; null where it was known. */
  probationEndsAt: iso.nullable(),
  /** True where its person may still say "This wasn't me". */
  reportable: z.boolean(),
})
export const SessionList = z.object({ sessions: z.array(SessionView) })
export const RenameBody = z.strictObject({ name: z.union([z.literal(''), Name.max(60)]) })
export const Ended = z.object({ ended: z.number().int() })

/** A sign-in, as a notice tells of it. */
const NoticedSession = z.object({
  id,
  device: DeviceView,
  address: z.string().nullable(),
  place: Place.nullable(),
  method: Method,
  approvedBy: DeviceView.nullable(),
  /** False once it has ended. */
  live: z.boolean(),
})
export const NoticeView = z.object({
  id,
  type: NoticeType,
  at: iso,
  /** What it is about, where it is about a sign-in. */
  session: NoticedSession.nullable(),
})
export const NoticeList = z.object({ notices: z.array(NoticeView) })

/** What a link in a mail carries. */
export const LinkBody = z.strictObject({ token })
/** A sign-in, for whoever holds the link that says "this wasn't me": without addresses. */
export const ReportView = NoticedSession.omit({ id: true, address: true }).extend({ at: iso })

export const ForgottenBody = z.strictObject({ email })
export const NewPasswordBody = z.strictObject({ token, newPassword })
/** By a link that confirms an address: whoever holds it takes the address over. */
export const ClaimBody = z.strictObject({ token, name: Name, newPassword })

export const ActivityQuery = z.object({
  of: Activity.optional(),
  /** Entries before this one. */
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})
export const ActivityEntry = z.object({
  id: z.number().int(),
  at: iso,
  type: z.string(),
  /** A reason or a method, where there is one. */
  detail: z.string().nullable(),
  /** How often it happened within a quarter of an hour: what strangers can bring about is counted. */
  count: z.number().int().positive(),
  /** From where it was done; null also where that was not noted. */
  address: z.string().nullable(),
  place: Place.nullable(),
  /** The device that it is about. */
  device: DeviceView.nullable(),
  /** The device that did it, where that is another one: the phone that approved. */
  by: DeviceView.nullable(),
  /** The session that it is about, while it can be reported. */
  reportable: id.nullable(),
})
export const ActivityPage = z.object({
  entries: z.array(ActivityEntry),
  /** What `before` has to be for the next page; null on the last. */
  next: z.number().int().nullable(),
})
/** All of it, to keep. */
export const ActivityExport = z.object({
  account: z.string(),
  exportedAt: iso,
  entries: z.array(ActivityEntry.omit({ reportable: true })),
})

export const ReauthenticateBody = z.strictObject({ password })
export const ProfileBody = z.strictObject({ name: Name })
export const Profile = z.object({ name: z.string(), email: z.string(), emailConfirmed: z.boolean() })
export const ChangePasswordBody = z.strictObject({ currentPassword: password, newPassword })
export const LocaleBody = z.strictObject({ locale: z.enum(['en', 'zh']) })
export type Locale = z.infer<typeof LocaleBody>['locale']

/** RFC 9457 problem details, with our stable `code`. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
  detail: z.string().optional(),
  requestId: z.string().optional(),
  retryAfter: z.number().int().optional(),
  reason: Reason.optional(),
  requestStatus: Status.optional(),
  /** Which proof is missing or did not match, and how often it may still be tried. */
  proof: Proof.optional(),
  triesLeft: z.number().int().optional(),
  fields: z.array(z.object({ field: z.string(), code: z.string() })).optional(),
})

export type Opened = z.infer<typeof Opened>
export type LoginView = z.infer<typeof LoginView>
export type Scanner = z.infer<typeof Scanner>
export type Scanned = z.infer<typeof Scanned>
export type Place = z.infer<typeof Place>
export type Confirmed = z.infer<typeof Confirmed>
export type Rejected = z.infer<typeof Rejected>
export type DeviceView = z.infer<typeof DeviceView>
export type SessionView = z.infer<typeof SessionView>
export type SessionList = z.infer<typeof SessionList>
export type NoticeView = z.infer<typeof NoticeView>
export type ReportView = z.infer<typeof ReportView>
export type ActivityEntry = z.infer<typeof ActivityEntry>
export type ActivityPage = z.infer<typeof ActivityPage>
export type Problem = z.infer<typeof Problem>
export type ScanBody = z.infer<typeof ScanBody>
export type ConfirmBody = z.infer<typeof ConfirmBody>
