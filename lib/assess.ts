/**
 * Which mitigations of BCP 247 (RFC 10027, Cross-Device Flows) §6.1 stand in the way of a relayed code, by the settings.
 * Pure, and in the document's order.
 */
import type { Settings } from './env'

export type Assessed = Pick<
  Settings,
  'proofPolicy' | 'trustedNetworks' | 'geoipDatabase' | 'smtpUrl' | 'rateLimitScale'
>
type State = 'on' | 'partly' | 'off'

export interface Mitigation {
  name: string
  state: State
  /** The setting that decides it, with its value; `always` where none does. */
  by: string
  /** What of it is here. */
  how: string
}

type Rule = (settings: Assessed) => Omit<Mitigation, 'name'>

const always =
  (state: State, how: string): Rule =>
  () => ({ state, by: 'always', how })

const hasProofs = ({ proofPolicy }: Assessed): boolean => proofPolicy !== 'off'
const byPolicy = ({ proofPolicy }: Assessed): string => `PROOF_POLICY=${proofPolicy}`
const set = (name: string, isSet: boolean): string => `${name} ${isSet ? 'is set' : 'is unset'}`

const RULES: Record<string, Rule> = {
  'Establish proximity': (settings) => {
    const places = settings.geoipDatabase !== undefined
    const how = !places
      ? 'Nothing tells how near the desktop is'
      : hasProofs(settings)
        ? 'Approximate places are shown and compared: far away asks for more'
        : 'Approximate places are shown, and ask for nothing'
    return { state: places ? 'partly' : 'off', by: set('GEOIP_DATABASE', places), how }
  },
  'Short-lived codes': always('on', 'A code is good for 60 s, and what was not scanned for 5 minutes'),
  'One-time codes': always('on', 'One phone claims a request, and one desktop uses it, once'),
  'Unique codes': always('on', 'Each is drawn afresh; a used one is known, and refused'),
  'Content filtering': always('partly', 'Mail is out of reach; a code that three accounts present is ended'),
  'Detect and remediate': ({ smtpUrl }) => ({
    state: smtpUrl === undefined ? 'partly' : 'on',
    by: set('SMTP_URL', smtpUrl !== undefined),
    how: `"This wasn't me" ends and blocks; notices come in the app${smtpUrl === undefined ? ' alone' : ' and by mail'}`,
  }),
  'Trusted devices': (settings) => ({
    state: hasProofs(settings) ? 'partly' : 'off',
    by: byPolicy(settings),
    how: hasProofs(settings)
      ? 'A strange desktop has to prove more, and is not shut out'
      : 'A strange desktop has to prove nothing',
  }),
  'Trusted networks': ({ proofPolicy, trustedNetworks }) => {
    const isSet = trustedNetworks.length > 0
    const counts = isSet && proofPolicy === 'strict'
    return {
      state: counts ? 'partly' : 'off',
      by: isSet ? `PROOF_POLICY=${proofPolicy}` : set('TRUSTED_NETWORKS', false),
      how: counts
        ? 'A strange desktop elsewhere has to prove more, and is not shut out'
        : 'A strange desktop has to prove the same everywhere',
    }
  },
  'Limited scopes': always(
    'on',
    'Without the password, a session by code approves nobody and changes no password',
  ),
  'Short-lived tokens': always(
    'partly',
    '12 hours unless more is chosen: 7 days in a strange browser, 30 in a known one',
  ),
  'Rate limits': ({ rateLimitScale }) => ({
    state: rateLimitScale > 1 ? 'partly' : 'on',
    by: rateLimitScale === 1 ? 'always' : `RATE_LIMIT_SCALE=${rateLimitScale}`,
    how: 'By address and by account, for codes, scans, approvals and passwords',
  }),
  'Sender-constrained tokens': always('partly', "A session needs its device's cookie; no key is proven"),
  'User education': always(
    'partly',
    'The page says that support never asks for this; telling people is yours',
  ),
  'User experience': always('on', 'Who asks, from where and what follows; Decline is as large as Approve'),
  'Authenticate, then initiate': always('off', 'Whoever opens the sign-in page gets a code'),
  'Request initiation verification': (settings) => ({
    state: hasProofs(settings) ? 'partly' : 'off',
    by: byPolicy(settings),
    how: {
      strict: 'A one-time code is typed on each strange desktop outside trusted networks',
      adaptive: 'A one-time code is typed on the desktop at a high risk',
      off: 'No one-time code is asked for',
    }[settings.proofPolicy],
  }),
  'Out-of-band binding': (settings) => ({
    state: hasProofs(settings) ? 'on' : 'off',
    by: byPolicy(settings),
    how: hasProofs(settings)
      ? 'Each strange desktop shows a number, which the phone has to pick'
      : 'No number is asked for',
  }),
}

/** Each mitigation under these settings. */
export const assess = (settings: Assessed): Mitigation[] =>
  Object.entries(RULES).map(([name, rule]) => ({ name, ...rule(settings) }))

const COLUMNS = ['name', 'state', 'by', 'how'] as const
const TITLES = { name: 'mitigation', state: 'is', by: 'by', how: 'how' }

/** For a terminal, in columns. */
export function asText(mitigations: Mitigation[]): string {
  const rows: Record<(typeof COLUMNS)[number], string>[] = [TITLES, ...mitigations]
  const widths = COLUMNS.map((column) => Math.max(...rows.map((row) => row[column].length)))
  const line = (row: (typeof rows)[number]) =>
    COLUMNS.map((column, index) => row[column].padEnd(widths[index]!)).join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}

/** For a document. */
export const asMarkdown = (mitigations: Mitigation[]): string =>
  [
    '| mitigation | is | by | how |',
    '|---|---|---|---|',
    ...mitigations.map(({ name, state, by, how }) => `| ${name} | ${state} | ${by} | ${how} |`),
  ].join('\n')
