import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const ROOT = path.join(import.meta.dirname, '..')
const FOLDERS = ['app', 'components', 'lib', 'scripts', 'server']
/** By a model, by a statement, and by the helper that removes old rows. */
const CHANGES =
  /\bauditEvent\s*\.\s*(update|delete|upsert)|\b(UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+"?AuditEvent\b|\bremoveOld\(\s*'AuditEvent'/i

const sources = FOLDERS.flatMap((folder) =>
  fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name)),
).filter((name) => /\.[cm]?[jt]sx?$/.test(name) && !/\.test\.|^lib\/(generated|testing)\//.test(name))

test('nothing changes or removes an entry of the audit trail, but the sweep that removes old ones', () => {
  expect(sources).toContain('lib/audit.ts')
  const changing = sources.filter((name) => CHANGES.test(fs.readFileSync(path.join(ROOT, name), 'utf8')))
  expect(changing).toEqual(['lib/sweep.ts'])
})
