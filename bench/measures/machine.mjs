// Where and with what it was measured. No names: the report is public.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { BENCH, ROOT } from '../support/paths.mjs'
import { postgresVersion } from '../support/postgres.mjs'
import { redisVersion } from '../support/redis.mjs'

const OF_THE_APP = ['next', 'react', 'next-auth', '@prisma/client', 'better-sqlite3']
const OF_THE_BENCH = ['better-auth', 'oidc-provider', 'undici', 'lighthouse']

function version(folder, name) {
  return JSON.parse(fs.readFileSync(path.join(folder, 'node_modules', name, 'package.json'), 'utf8')).version
}

/** Those that are installed. */
function ofEngines() {
  const all = Object.entries({ postgresql: postgresVersion(), redis: redisVersion() })
  return Object.fromEntries(all.filter(([, version]) => version))
}

export function describeMachine() {
  const Database = createRequire(import.meta.url)('better-sqlite3')
  const database = new Database(':memory:')
  const sqlite = database.prepare('SELECT sqlite_version() AS version').get().version
  database.close()
  const versions = (folder, names) => Object.fromEntries(names.map((name) => [name, version(folder, name)]))
  return {
    cpu: os.cpus()[0].model.trim(),
    cores: os.cpus().length,
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release().split('-')[0]}, ${os.arch()}`,
    node: process.version,
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim(),
    versions: { ...versions(ROOT, OF_THE_APP), sqlite, ...ofEngines(), ...versions(BENCH, OF_THE_BENCH) },
  }
}
