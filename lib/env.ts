/** Settings: every environment variable that this project reads, its default and its rule. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { randomBytes } from 'node:crypto'
import ipaddr from 'ipaddr.js'
import proxyAddr from 'proxy-addr'
import { z } from 'zod'
import { POLICIES, type Policy } from './login/policy'
import { Name } from './names'

export interface PostgresSettings {
  url: string
  /** Connections that this process may hold. */
  poolSize: number
  /** How long one statement may take. */
  statementTimeoutMs: number
}

export interface Settings {
  /** Origin that codes carry and cookies belong to, without a trailing slash. */
  appUrl: string
  /** False while APP_URL is our own guess; localhost is then accepted as well. */
  appUrlIsSet: boolean
  appName: string
  host: string | undefined
  port: number
  dataDir: string
  database: { engine: 'sqlite'; file: string } | ({ engine: 'postgresql' } & PostgresSettings)
  /** Where login requests, limits and events are; undefined leaves them to the database and this process. */
  redisUrl: string | undefined
  /** Newest first: the first one signs, all of them verify. */
  authSecrets: [string, ...string[]]
  signUp: 'open' | 'closed'
  trustedProxies: string[]
  /** Networks in which a desktop counts as near. */
  trustedNetworks: string[]
  proofPolicy: Policy
  /** A database of places (MaxMind's format). */
  geoipDatabase: string | undefined
  /** Where mail is handed in; undefined sends none. Holds a password. */
  smtpUrl: string | undefined
  mailFrom: string
  /** How long the record of what happened is kept. */
  auditDays: number
  rateLimitScale: number
  /** How many connections may be held for desktops that wait. */
  maxStreams: number
  /** After how many seconds waiting desktops hear of what the bus missed. */
  safetyReadSeconds: number
  /** Whether the front door answers the login API itself. */
  fastLane: boolean
  apiDocs: boolean
  /** Who presents it may read the figures; undefined shows them to nobody. */
  metricsToken: string | undefined
  logLevel: string
}

/** A setting that can't be used; `message` is one line with cause and cure. */
export class SettingsError extends Error {
  override name = 'SettingsError'
}

const SECRET_MIN = 32
const SECRET_FILE = 'auth-secret'

/** What is wrong with them is said without them. */
const SECRET_SETTINGS = ['SMTP_URL', 'REDIS_URL', 'METRICS_TOKEN']

const EXAMPLES: Record<string, string> = {
  PORT: 'a number from 1 to 65535',
  APP_URL: 'an address like https://login.example.org',
  APP_NAME: 'a name of 40 characters at most, with a letter or digit',
  SIGN_UP: 'open or closed',
  API_DOCS: 'on or off',
  FAST_LANE: 'on or off',
  PROOF_POLICY: 'adaptive, strict or off',
  REDIS_URL: 'an address like redis://:password@redis.example.org:6379/0',
  SMTP_URL: 'an address like smtps://user:password@mail.example.org',
  AUDIT_DAYS: 'a whole number from 30',
  MAX_STREAMS: 'a whole number from 0',
  SAFETY_READ_SECONDS: 'a whole number from 1 to 600',
  RATE_LIMIT_SCALE: 'a number above 0',
  METRICS_TOKEN: 'a secret of 16 characters or more',
}

const Environment = z.object({
  PORT: z.coerce.number().int().min(1).max(65535).default(3000),
  HOST: z.string().optional(),
  APP_URL: z.url({ protocol: /^https?$/ }).optional(),
  APP_NAME: Name.max(40).default('QR Login'),
  DATA_DIR: z.string().default('data'),
  DATABASE_URL: z.string().optional(),
  DATABASE_POOL: z.coerce.number().int().min(2).max(1_000).default(10),
  DATABASE_TIMEOUT_SECONDS: z.coerce.number().positive().max(600).default(5),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  AUTH_SECRET: z.string().optional(),
  SIGN_UP: z.enum(['open', 'closed']).default('open'),
  TRUSTED_PROXIES: z.string().default(''),
  TRUSTED_NETWORKS: z.string().default(''),
  PROOF_POLICY: z.enum(POLICIES).default('adaptive'),
  GEOIP_DATABASE: z.string().optional(),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/, hostname: /./ })
    .refine(hasReadableUser, 'a % in its user or password is written %25')
    .optional(),
  MAIL_FROM: z.string().max(254).optional(),
  AUDIT_DAYS: z.coerce.number().int().min(30).max(36_500).default(180),
  RATE_LIMIT_SCALE: z.coerce.number().positive().max(1_000_000).default(1),
  API_DOCS: z.enum(['on', 'off']).default('on'),
  FAST_LANE: z.enum(['on', 'off']).default('on'),
  MAX_STREAMS: z.coerce.number().int().nonnegative().default(20_000),
  SAFETY_READ_SECONDS: z.coerce.number().int().min(1).max(600).default(60),
  METRICS_TOKEN: z.string().min(16).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
})

/** The environment variables that are read. */
export const SETTING_NAMES: readonly string[] = Object.keys(Environment.shape)

/** True where what stands before the @ can be decoded. */
function hasReadableUser(url: string): boolean {
  try {
    const { username, password } = new URL(url)
    return [username, password].every((part) => decodeURIComponent(part) !== null)
  } catch {
    return false
  }
}

/** Ranges that can't be reached from the whole Internet (RFC 6890); `reserved` is documentation and the like. */
const LOCAL_RANGES = ['loopback', 'private', 'linkLocal', 'uniqueLocal', 'carrierGradeNat', 'reserved']

/** This machine's IPv4 address as its neighbours see it, private ranges (RFC 1918) first; undefined without one. */
export function lanAddress(interfaces = os.networkInterfaces()): string | undefined {
  const addresses = Object.values(interfaces)
    .flatMap((list) => list ?? [])
    .filter((item) => item.family === 'IPv4' && !item.internal)
    .map((item) => ({ address: item.address, range: ipaddr.parse(item.address).range() as string }))
    .filter(({ range }) => LOCAL_RANGES.includes(range) && range !== 'linkLocal')
  return (addresses.find(({ range }) => range === 'private') ?? addresses[0])?.address
}

const rangeOf = (hostname: string): string => {
  const bare = hostname.replace(/^\[|\]$/g, '')
  if (bare === 'localhost' || bare.endsWith('.localhost')) return 'loopback'
  return ipaddr.isValid(bare) ? ipaddr.process(bare).range() : 'unicast'
}

/** True for localhost and for addresses that can't be reached from the whole Internet. */
export const isLocalHost = (hostname: string): boolean => LOCAL_RANGES.includes(rangeOf(hostname))

/** True for names and addresses that never leave this machine. */
export const isLoopback = (hostname: string): boolean => rangeOf(hostname) === 'loopback'

type AppUrl = Pick<Settings, 'appUrl' | 'appUrlIsSet'>

function readAppUrl(value: string | undefined, host: string | undefined, port: number): AppUrl {
  if (value === undefined) return { appUrl: `http://${reachableHost(host)}:${port}`, appUrlIsSet: false }
  const url = new URL(value)
  if (url.pathname !== '/' || url.search || url.hash || url.username)
    throw new SettingsError(
      `APP_URL is ${value}, but only scheme, host and port may stand there: set it to ${url.origin}`,
    )
  if (url.protocol === 'http:' && !isLocalHost(url.hostname))
    throw new SettingsError(
      `APP_URL is ${value}: plain http would show every session to the network between. Use https://${url.host}, or a private address like http://192.168.1.20:3000`,
    )
  return { appUrl: url.origin, appUrlIsSet: true }
}

/** True where a server that is bound to `host` listens on all addresses of its machine. */
export const isEverywhere = (host: string | undefined): boolean =>
  host === undefined || host === '0.0.0.0' || host === '::'

/** Under which name others reach a server that is bound to `host`. */
function reachableHost(host: string | undefined): string {
  if (host === undefined || isEverywhere(host)) return lanAddress() ?? 'localhost'
  return isLoopback(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host
}

function readDatabase(
  url: string | undefined,
  dataDir: string,
  { DATABASE_POOL, DATABASE_TIMEOUT_SECONDS }: { DATABASE_POOL: number; DATABASE_TIMEOUT_SECONDS: number },
): Settings['database'] {
  if (url === undefined) return { engine: 'sqlite', file: path.join(dataDir, 'qr-login.db') }
  if (/^postgres(ql)?:\/\//.test(url)) {
    const statementTimeoutMs = DATABASE_TIMEOUT_SECONDS * 1000
    return { engine: 'postgresql', url, poolSize: DATABASE_POOL, statementTimeoutMs }
  }
  if (!url.startsWith('file:') || url.length === 5)
    throw new SettingsError(
      `DATABASE_URL must name a SQLite file, like file:./data/qr-login.db, or a PostgreSQL database, like postgresql://user:password@host/name, but it begins with "${url.split(':')[0]}:"`,
    )
  return { engine: 'sqlite', file: path.resolve(/* turbopackIgnore: true */ url.slice(5)) }
}

/** The secrets of AUTH_SECRET, else the one in the data folder, which is made (0600) where it is missing. */
function readSecrets(value: string | undefined, dataDir: string, databaseUrl = ''): [string, ...string[]] {
  if (value === undefined && databaseUrl.startsWith('postgres'))
    throw new SettingsError(
      'AUTH_SECRET is not set: every server of one PostgreSQL database needs the same one: make it with "openssl rand -base64 32"',
    )
  const secrets = (value ?? readSecretFile(dataDir)).split(',').map((secret) => secret.trim())
  const source = value === undefined ? path.join(dataDir, SECRET_FILE) : 'AUTH_SECRET'
  for (const secret of secrets)
    if (secret.length < SECRET_MIN)
      throw new SettingsError(
        `${source} holds ${secret.length} characters where ${SECRET_MIN} are the least: make one with "openssl rand -base64 32"`,
      )
  return secrets as [string, ...string[]]
}

/** Makes the data folder, for its owner alone. */
function makeDataFolder(dataDir: string): void {
  try {
    fs.mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    fs.accessSync(dataDir, fs.constants.W_OK)
  } catch (error) {
    const isFile = (error as NodeJS.ErrnoException).code === 'EEXIST'
    const cause = isFile ? 'it is a file' : (error as Error).message
    throw new SettingsError(
      `DATA_DIR is ${dataDir}, which can't be used (${cause}): set DATA_DIR to a folder that can be written`,
    )
  }
}

function readSecretFile(dataDir: string): string {
  const file = path.join(dataDir, SECRET_FILE)
  if (!fs.existsSync(file)) makeSecretFile(file)
  fs.chmodSync(file, 0o600)
  return fs.readFileSync(file, 'utf8').trim()
}

/** Written aside and linked: two processes that start together end up with one whole secret, the first one's. */
function makeSecretFile(file: string): void {
  const aside = `${file}.${process.pid}`
  fs.writeFileSync(aside, randomBytes(32).toString('base64url') + '\n', { mode: 0o600 })
  try {
    fs.linkSync(aside, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    fs.unlinkSync(aside)
  }
}

/** A file that is there and can be read. */
function readFile(name: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  const file = path.resolve(/* turbopackIgnore: true */ value)
  try {
    fs.accessSync(file, fs.constants.R_OK)
  } catch (error) {
    throw new SettingsError(`${name} is ${value}, which can't be read (${(error as Error).message})`)
  }
  return file
}

function readNetworks(name: string, value: string): string[] {
  const networks = value.split(',').flatMap((item) => item.trim() || [])
  try {
    proxyAddr.compile(networks)
  } catch (error) {
    throw new SettingsError(
      `${name} is "${value}" (${(error as Error).message}): list addresses or ranges, like 10.0.0.0/8, separated by commas`,
    )
  }
  return networks
}

/**
 * Reads and checks all settings.
 * @throws SettingsError with one line of cause and cure
 */
export function readSettings(environment: Record<string, string | undefined>): Settings {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = Environment.safeParse(set)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const key = String(issue?.path[0])
    const example = EXAMPLES[key] ?? 'what README.md lists for it'
    // It may hold a password.
    const value = SECRET_SETTINGS.includes(key) ? 'not one' : `"${set[key]}"`
    throw new SettingsError(`${key} is ${value} (${issue?.message}): set it to ${example}`)
  }
  const env = parsed.data
  const dataDir = path.resolve(/* turbopackIgnore: true */ env.DATA_DIR)
  // Several servers keep nothing in it.
  if (env.DATABASE_URL === undefined || env.AUTH_SECRET === undefined) makeDataFolder(dataDir)
  const database = readDatabase(env.DATABASE_URL, dataDir, env)
  if (env.REDIS_URL !== undefined && database.engine === 'sqlite')
    throw new SettingsError(
      'REDIS_URL is set, but several servers can’t share a SQLite file: set DATABASE_URL to a PostgreSQL database, or unset REDIS_URL',
    )
  const { appUrl, appUrlIsSet } = readAppUrl(env.APP_URL, env.HOST, env.PORT)
  if (env.RATE_LIMIT_SCALE !== 1 && !isLoopback(new URL(appUrl).hostname) && !isLoopback(env.HOST ?? ''))
    throw new SettingsError(
      `RATE_LIMIT_SCALE is ${env.RATE_LIMIT_SCALE}, which is for load tests alone: unset it, or set HOST or APP_URL to localhost`,
    )
  return {
    appUrl,
    appUrlIsSet,
    appName: env.APP_NAME,
    host: env.HOST,
    port: env.PORT,
    dataDir,
    database,
    redisUrl: env.REDIS_URL,
    authSecrets: readSecrets(env.AUTH_SECRET, dataDir, env.DATABASE_URL),
    signUp: env.SIGN_UP,
    trustedProxies: readNetworks('TRUSTED_PROXIES', env.TRUSTED_PROXIES),
    trustedNetworks: readNetworks('TRUSTED_NETWORKS', env.TRUSTED_NETWORKS),
    proofPolicy: env.PROOF_POLICY,
    geoipDatabase: readFile('GEOIP_DATABASE', env.GEOIP_DATABASE),
    smtpUrl: env.SMTP_URL,
    mailFrom: env.MAIL_FROM ?? `${env.APP_NAME} <no-reply@${new URL(appUrl).hostname}>`,
    auditDays: env.AUDIT_DAYS,
    rateLimitScale: env.RATE_LIMIT_SCALE,
    maxStreams: env.MAX_STREAMS,
    safetyReadSeconds: env.SAFETY_READ_SECONDS,
    fastLane: env.FAST_LANE === 'on',
    apiDocs: env.API_DOCS === 'on',
    metricsToken: env.METRICS_TOKEN,
    logLevel: env.LOG_LEVEL,
  }
}

const SETTINGS = Symbol.for('qr-login.settings')
const shared = globalThis as { [SETTINGS]?: Settings }

/** The process's settings, read once (routes and the front door are bundled apart, so they hang on globalThis). */
export function settings(): Settings {
  return (shared[SETTINGS] ??= readOnce())
}

function readOnce(): Settings {
  const read = readSettings(process.env)
  // next-auth reads this itself; unset, it would trust a forwarded host.
  process.env.NEXTAUTH_URL = read.appUrl
  return read
}
