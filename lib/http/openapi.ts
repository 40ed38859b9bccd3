/** The OpenAPI 3.1 document, from the same schemas that check the messages. */
import { z } from 'zod'
import { ERRORS, type ErrorCode } from '../errors'
import * as wire from '../wire'

type By = 'anyone' | 'desktop' | 'phone' | 'session' | 'strong'

interface Operation {
  method: 'get' | 'post' | 'patch' | 'delete'
  path: string
  by: By
  summary: string
  body?: z.ZodType
  query?: z.ZodObject
  /** The answer is an event stream, whose data is the schema. */
  stream?: true
  /** Status and schema of the answer; no schema, no body. */
  answer: [number, z.ZodType?]
  errors: ErrorCode[]
}

const ON_PHONE = ['sign_in_required', 'not_found', 'wrong_state', 'already_used', 'expired'] as const
const ON_STRONG: ErrorCode[] = ['sign_in_required', 'reauthentication_required']
const ALWAYS: ErrorCode[] = ['misdirected', 'rate_limited', 'internal', 'unavailable']

/** Every call of the API, next-auth's own reading paths apart. */
const OPERATIONS: Operation[] = [
  {
    method: 'post',
    path: '/api/login',
    by: 'anyone',
    summary: 'Open a login request',
    body: wire.OpenBody,
    answer: [201, wire.Opened],
    errors: [],
  },
  {
    method: 'get',
    path: '/api/login/{id}',
    by: 'desktop',
    summary: 'Read its state',
    query: wire.ReadQuery,
    answer: [200, wire.LoginView],
    errors: ['not_found', 'busy'],
  },
  {
    method: 'get',
    path: '/api/login/{id}/events',
    by: 'desktop',
    summary: 'Be told its state as server-sent events, `status` and `code`',
    stream: true,
    answer: [200, wire.LoginView],
    errors: ['not_found', 'busy'],
  },
  {
    method: 'delete',
    path: '/api/login/{id}',
    by: 'desktop',
    summary: 'Withdraw it',
    body: wire.WithdrawBody,
    answer: [200, wire.Rejected],
    errors: ['not_found', 'wrong_state', 'already_used', 'expired'],
  },
  {
    method: 'post',
    path: '/api/login/ticket',
    by: 'anyone',
    summary: 'Trade a live code for a ticket',
    body: wire.TicketBody,
    answer: [204],
    errors: ['expired', 'already_scanned', 'already_used', 'wrong_state'],
  },
  {
    method: 'post',
    path: '/api/login/scan',
    by: 'session',
    summary: 'Claim it',
    body: wire.ScanBody,
    answer: [200, wire.Scanned],
    errors: [...ON_PHONE, 'already_scanned', 'refused', 'blocked'],
  },
  {
    method: 'post',
    path: '/api/login/{id}/confirm',
    by: 'phone',
    summary: 'Approve it',
    body: wire.ConfirmBody,
    answer: [200, wire.Confirmed],
    errors: [...ON_PHONE, 'reauthentication_required', 'proof_required', 'proof_failed'],
  },
  {
    method: 'post',
    path: '/api/login/{id}/reject',
    by: 'phone',
    summary: 'Decline it, or take the approval back',
    body: wire.RejectBody,
    answer: [200, wire.Rejected],
    errors: [...ON_PHONE, 'reauthentication_required'],
  },
  {
    method: 'post',
    path: '/api/auth/callback/qr',
    by: 'desktop',
    summary: 'Consume it: sets the session cookie',
    body: wire.ConsumeBody,
    answer: [200, z.object({ url: z.string() })],
    errors: [
      'not_found',
      'wrong_state',
      'already_used',
      'expired',
      'proof_required',
      'proof_failed',
      'too_many_sign_ins',
    ],
  },
  {
    method: 'post',
    path: '/api/auth/callback/password',
    by: 'anyone',
    summary: 'Sign in with a password: sets the session cookie',
    body: wire.PasswordBody,
    answer: [200, z.object({ url: z.string() })],
    errors: ['proof_failed', 'too_many_sign_ins'],
  },
  {
    method: 'post',
    path: '/api/auth/signout',
    by: 'anyone',
    summary: 'Sign out',
    answer: [200, z.object({ url: z.string() })],
    errors: [],
  },
  {
    method: 'get',
    path: '/api/auth/csrf',
    by: 'anyone',
    summary: 'A token for older clients, which the calls above ignore',
    answer: [200, z.object({ csrfToken: z.string() })],
    errors: [],
  },
  {
    method: 'get',
    path: '/api/auth/session',
    by: 'anyone',
    summary: 'Who is signed in',
    answer: [
      200,
      z.object({
        user: wire.Profile.omit({ emailConfirmed: true }).optional(),
        expires: z.string().optional(),
      }),
    ],
    errors: [],
  },
  {
    method: 'post',
    path: '/api/users',
    by: 'anyone',
    summary: 'Create an account',
    body: wire.SignUpBody,
    answer: [201, wire.SignedUp],
    errors: ['not_found'],
  },
  {
    method: 'get',
    path: '/api/sessions',
    by: 'session',
    summary: 'List the sessions',
    answer: [200, wire.SessionList],
    errors: ['sign_in_required'],
  },
  {
    method: 'delete',
    path: '/api/sessions',
    by: 'strong',
    summary: 'Sign out everywhere else',
    answer: [200, wire.Ended],
    errors: [],
  },
  {
    method: 'patch',
    path: '/api/sessions/{id}',
    by: 'strong',
    summary: 'Name its device',
    body: wire.RenameBody,
    answer: [204],
    errors: ['not_found'],
  },
  {
    method: 'delete',
    path: '/api/sessions/{id}',
    by: 'session',
    summary: 'Sign it out',
    answer: [200, wire.Ended],
    errors: ['sign_in_required', 'not_found', 'reauthentication_required'],
  },
  {
    method: 'post',
    path: '/api/sessions/{id}/report',
    by: 'strong',
    summary: 'Say "This wasn\'t me": ends it, and blocks its desktop for the account',
    answer: [200, wire.Ended],
    errors: ['not_found'],
  },
  {
    method: 'get',
    path: '/api/notices',
    by: 'session',
    summary: 'List what this session is to be told',
    answer: [200, wire.NoticeList],
    errors: ['sign_in_required'],
  },
  {
    method: 'delete',
    path: '/api/notices/{id}',
    by: 'strong',
    summary: 'Say "It was me"',
    answer: [204],
    errors: ['not_found'],
  },
  {
    method: 'get',
    path: '/api/activity',
    by: 'session',
    summary: 'Read what happened in the account',
    query: wire.ActivityQuery,
    answer: [200, wire.ActivityPage],
    errors: ['sign_in_required'],
  },
  {
    method: 'get',
    path: '/api/activity/export',
    by: 'session',
    summary: 'Save all of it as a file',
    answer: [200, wire.ActivityExport],
    errors: ['sign_in_required'],
  },
  {
    method: 'post',
    path: '/api/report/look',
    by: 'anyone',
    summary: 'Look at the sign-in that a link in a mail is about',
    body: wire.LinkBody,
    answer: [200, wire.ReportView],
    errors: ['not_found'],
  },
  {
    method: 'post',
    path: '/api/report',
    by: 'anyone',
    summary: 'Say "This wasn\'t me" by that link, which is then spent',
    body: wire.LinkBody,
    answer: [200, wire.Ended],
    errors: ['not_found'],
  },
  {
    method: 'post',
    path: '/api/reauthenticate',
    by: 'session',
    summary: 'Give the password again',
    body: wire.ReauthenticateBody,
    answer: [204],
    errors: ['sign_in_required', 'proof_failed'],
  },
  {
    method: 'patch',
    path: '/api/account',
    by: 'strong',
    summary: 'Change the name',
    body: wire.ProfileBody,
    answer: [200, wire.Profile],
    errors: [],
  },
  {
    method: 'post',
    path: '/api/account/password',
    by: 'session',
    summary: 'Change the password',
    body: wire.ChangePasswordBody,
    answer: [200, wire.Ended],
    errors: ['sign_in_required', 'proof_failed'],
  },
  {
    method: 'post',
    path: '/api/email',
    by: 'strong',
    summary: 'Have the mail sent again that asks for the address to be confirmed',
    answer: [204],
    errors: ['not_found'],
  },
  {
    method: 'post',
    path: '/api/email/confirm',
    by: 'anyone',
    summary:
      'Confirm an address by the link that was sent to it, in a browser that is signed in to the account',
    body: wire.LinkBody,
    answer: [204],
    errors: ['not_found', 'sign_in_required', 'reauthentication_required'],
  },
  {
    method: 'post',
    path: '/api/email/claim',
    by: 'anyone',
    summary: 'Take an address over by that link, with a new name and password; all sessions end',
    body: wire.ClaimBody,
    answer: [204],
    errors: ['not_found'],
  },
  {
    method: 'post',
    path: '/api/password-reset',
    by: 'anyone',
    summary:
      'Have a link sent that sets a new password, or claims an address that was never confirmed; answers alike whether there is an account or not',
    body: wire.ForgottenBody,
    answer: [204],
    errors: ['not_found'],
  },
  {
    method: 'post',
    path: '/api/password-reset/use',
    by: 'anyone',
    summary: 'Set a new password by that link; all sessions end',
    body: wire.NewPasswordBody,
    answer: [204],
    errors: ['not_found'],
  },
  {
    method: 'post',
    path: '/api/locale',
    by: 'anyone',
    summary: 'Choose a language',
    body: wire.LocaleBody,
    answer: [204],
    errors: [],
  },
]

const HOLDS: Record<By, string> = {
  anyone: 'Anyone may call this.',
  desktop: 'By the desktop that holds the cookie `qrl-login-{id}`.',
  phone: 'By the session that scanned it, with its scan token.',
  session: 'By whoever is signed in.',
  strong:
    'By a strong session: one that was made with the password, or in which the password was given within ten minutes.',
}

/** Builds the document for a site. OpenAPI 3.1 takes JSON Schema as it is (§4.8.24), and zod writes that itself. */
export function openApiDocument(appUrl: string, appName: string) {
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of OPERATIONS) (paths[operation.path] ??= {})[operation.method] = describe(operation)
  return {
    openapi: '3.1.0',
    info: {
      title: appName,
      version: '1',
      description: 'Sign in on a desktop by scanning its code with a phone.',
    },
    servers: [{ url: appUrl }],
    paths,
    components: { schemas: { Problem: z.toJSONSchema(wire.Problem) } },
  }
}

function describe(operation: Operation) {
  const { method, path, by, summary, body, query, stream, errors } = operation
  const [status, schema] = operation.answer
  const type = stream ? 'text/event-stream' : 'application/json'
  const parameters = [...(path.includes('{id}') ? [ID_PARAMETER] : []), ...queryParameters(query)]
  const refused: ErrorCode[] = [
    ...(by === 'strong' ? ON_STRONG : []),
    ...errors,
    ...(body || query ? (['invalid_input'] as const) : []),
    ...ALWAYS,
  ]
  if (method !== 'get') refused.push('cross_site')
  return {
    summary,
    description: HOLDS[by],
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: { required: true, ...content('application/json', z.toJSONSchema(body, { io: 'input' })) },
    }),
    responses: {
      [status]: { description: summary, ...(schema && content(type, z.toJSONSchema(schema))) },
      ...problemResponses(refused),
    },
  }
}

const content = (type: string, schema: object) => ({ content: { [type]: { schema } } })

const queryParameters = (query: z.ZodObject = z.object({})) =>
  Object.entries(query.shape).map(([name, schema]) => ({
    name,
    in: 'query',
    schema: z.toJSONSchema(schema, { io: 'input' }),
  }))

const ID_PARAMETER = {
  name: 'id',
  in: 'path',
  required: true,
  schema: z.toJSONSchema(wire.RequestId),
}

/** One response per status; codes that share a status share it. */
function problemResponses(codes: ErrorCode[]) {
  const responses: Record<number, { description: string; content: object }> = {}
  for (const code of codes) {
    const { status } = ERRORS[code]
    const description = [responses[status]?.description, `\`${code}\``].filter(Boolean).join(', ')
    const schema = { $ref: '#/components/schemas/Problem' }
    responses[status] = { description, content: { 'application/problem+json': { schema } } }
  }
  return responses
}
