/** What the operator reads in the terminal once the server is ready. */
import { renderUnicodeCompact } from 'uqr'
import { isEverywhere, isLoopback, type Settings } from '../lib/env'

/** The addresses for the desktop and for a phone on the same network, and the phone's as a QR code. */
export function welcome(settings: Settings, milliseconds: number): string {
  const { appUrl, appUrlIsSet, port, appName } = settings
  const desktop = appUrlIsSet ? appUrl : `http://localhost:${port}`
  const title = `${appName} is ready (${(milliseconds / 1000).toFixed(1)} s)`
  if (isLoopback(new URL(appUrl).hostname))
    return lines(
      title,
      '',
      `On this computer  ${desktop}/login`,
      '',
      appUrlIsSet
        ? `APP_URL is ${appUrl}, which no phone can reach.`
        : 'No network address was found that a phone could reach.',
      'Set APP_URL to the address that phones shall use, like APP_URL=http://192.168.1.20:3000,',
      'and start again.',
      ...remarks(settings),
    )
  return lines(
    title,
    '',
    `On this computer  ${desktop}/login`,
    `On your phone     ${appUrl}  (same network)`,
    '',
    ...renderUnicodeCompact(appUrl, { border: 4 }).split('\n').map(blackOnWhite),
    ...remarks(settings),
  )
}

/** What the settings leave out. */
const remarks = ({ proofPolicy, smtpUrl, trustedProxies, host }: Settings): string[] => [
  ...(proofPolicy === 'off' ? WITHOUT_PROOFS : []),
  ...(trustedProxies.length > 0 && isEverywhere(host) ? BESIDE_PROXY : []),
  ...(smtpUrl === undefined ? WITHOUT_MAIL : []),
]

const WITHOUT_MAIL = [
  '',
  'No mail: SMTP_URL is not set. Notices of new sign-ins are in the app only, and a forgotten',
  'password is reset with "npm run user -- reset EMAIL".',
]

const WITHOUT_PROOFS = [
  '',
  'WARNING: PROOF_POLICY is off. Whoever shows somebody else a live code is signed in to',
  'that account by one tap. Unset PROOF_POLICY, and risky sign-ins have to prove more.',
]

const BESIDE_PROXY = [
  '',
  'WARNING: TRUSTED_PROXIES is set, but the port listens on all addresses. Whoever reaches it',
  'goes around the proxy and its HTTPS, and can name any address from within those ranges.',
  'Set HOST to the address that the proxy calls, or let nothing but the proxy reach the port.',
]

/** Blocks are the light modules. The colours are said aloud: a light terminal would show them inverted. */
const blackOnWhite = (row: string): string => (process.stdout.isTTY ? `\u001b[97;40m${row}\u001b[0m` : row)

const lines = (...all: string[]): string => ['', ...all.map((line) => `  ${line}`.trimEnd()), ''].join('\n')
