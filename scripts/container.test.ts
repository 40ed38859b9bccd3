/** Dockerfile and compose.yaml do nothing of their own: npm's scripts, and settings that are read. */
import fs from 'node:fs'
import path from 'node:path'
import { parse as parseAddress, parseCIDR } from 'ipaddr.js'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { SETTING_NAMES } from '../lib/env'
import { dockerfile, ignored } from './dockerfile'

const ROOT = path.resolve(import.meta.dirname, '..')
const read = (file: string) => fs.readFileSync(path.join(ROOT, file), 'utf8')
const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts)

/** The name of the script that an npm command runs; undefined where it is none. */
function scriptOf(command: string[]): string | undefined {
  const [npm, verb, ...rest] = command
  if (npm !== 'npm') return undefined
  return verb === 'run' ? rest.find((word) => !word.startsWith('-')) : verb
}

describe('the Dockerfile', () => {
  const stages = dockerfile(read('Dockerfile'))
  const last = stages.at(-1)!

  test.each(stages.flatMap(({ commands }) => commands).map((command) => [command.join(' '), command]))(
    'runs npm’s own scripts: %s',
    (_, command) => expect(scripts).toContain(scriptOf(command as string[])),
  )

  test('has a first stage that builds, and a last one that serves and tells whether it lives', () => {
    expect(stages.map(({ commands }) => commands.map(scriptOf))).toEqual([['start'], ['health', 'start']])
  })

  test('sets what is read', () => {
    const names = stages.flatMap(({ env }) => Object.keys(env))
    const others = ['NODE_ENV', 'npm_config_script_shell']
    expect(names.filter((name) => !others.includes(name) && !SETTING_NAMES.includes(name))).toEqual([])
  })

  test('leaves packages for development out, and the secret of the build behind', () => {
    for (const { env } of stages) expect(env.NODE_ENV).toBe('production')
    expect(stages[0]?.env.DATA_DIR).not.toBe(last.env.DATA_DIR)
    expect(last.copied).toEqual(['/app', '/data'])
    expect(stages[0]?.env.DATA_DIR).not.toMatch(/^\/app/)
  })

  test('runs as nobody in particular', () => {
    expect(last.user).toBe('node')
  })

  test('takes nothing along that is not the program’s', () => {
    const names = ignored(read('.dockerignore'))
    for (const name of ['.env', '.git', 'data', 'node_modules', '.next', 'lib/generated'])
      expect(names).toContain(name)
  })
})

interface Service {
  image?: string
  build?: string
  command?: string[]
  environment?: Record<string, string>
  restart?: string
  healthcheck?: object
  networks: string[] | Record<string, { ipv4_address: string }>
}

const isIn = (address: string, network: string) => parseAddress(address).match(parseCIDR(network))

describe('compose.yaml', () => {
  const compose = parse(read('compose.yaml'), { merge: true }) as {
    services: Record<string, Service>
    networks: { inside: { ipam: { config: { subnet: string; ip_range: string }[] } } }
  }
  const { services } = compose
  const nodes = Object.entries(services).filter(([, { build }]) => build === '.')

  test('has two nodes, what they share, and what stands before them', () => {
    expect(Object.keys(services)).toEqual(['app-1', 'app-2', 'postgres', 'redis', 'caddy'])
    expect(nodes.map(([name]) => name)).toEqual(['app-1', 'app-2'])
    for (const [, node] of nodes) expect(node.command).toBeUndefined()
  })

  test('gives its nodes settings that are read, the same to each', () => {
    const [first, second] = nodes.map(([, { environment = {} }]) => environment)
    expect(first).toEqual(second)
    expect(Object.keys(first ?? {}).filter((name) => !SETTING_NAMES.includes(name))).toEqual([])
  })

  test('holds no secret: those have to be given', () => {
    const values = Object.values(services).flatMap(({ environment = {} }) => Object.entries(environment))
    for (const [name, value] of values)
      if (/SECRET|PASSWORD|TOKEN/.test(name)) expect(value, name).toMatch(/^\$\{\w+(:[?-].*)?\}$/)
    const { AUTH_SECRET, DATABASE_URL, APP_URL } = services['app-1']?.environment ?? {}
    for (const value of [AUTH_SECRET, DATABASE_URL, APP_URL]) expect(value).toMatch(/\$\{\w+:\?/)
  })

  test('trusts the one address that Caddy has', () => {
    const { networks } = services.caddy!
    const { ipv4_address: address } = (networks as Record<string, { ipv4_address: string }>).inside!
    expect(services['app-1']?.environment?.TRUSTED_PROXIES).toBe(address)
    const [network] = compose.networks.inside.ipam.config
    expect(isIn(address, network!.subnet)).toBe(true)
    // Docker gives these out as containers start, and Caddy starts last.
    expect(isIn(address, network!.ip_range)).toBe(false)
  })

  test('leads Caddy to the nodes, by the file that is tested with them', () => {
    expect(services.caddy?.environment?.NODES).toBe(nodes.map(([name]) => `${name}:3000`).join(' '))
    const variables = [...read('docs/examples/Caddyfile').matchAll(/\{\$(\w+):/g)].map(([, name]) => name)
    expect(Object.keys(services.caddy?.environment ?? {}).sort()).toEqual(variables.sort())
  })

  test('starts each anew when it ends, and looks after it', () => {
    for (const [name, { restart, healthcheck, build }] of Object.entries(services)) {
      expect(restart, name).toBe('unless-stopped')
      // That of the nodes stands in the Dockerfile.
      expect(Boolean(healthcheck) || build === '.', name).toBe(true)
    }
  })

  test('keeps Redis from throwing out what is not over', () => {
    const { command = [] } = services.redis!
    expect(command[command.indexOf('--maxmemory-policy') + 1]).toBe('noeviction')
  })
})
