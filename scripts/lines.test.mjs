// The lines between the layers, as eslint and dependency-cruiser hold them: each must bite.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ESLint } from 'eslint'
import { expect, onTestFinished, test } from 'vitest'
import { root } from './steps.mjs'

const eslint = new ESLint({ cwd: root })

async function complaints(filePath, code) {
  const [result] = await eslint.lintText(code, { filePath: path.join(root, filePath) })
  return result.messages.filter(({ ruleId }) => ruleId === 'no-restricted-syntax').length
}

test.each([
  ['lib/sessions.ts', 'export const a = process.env.PORT', 1],
  ['components/site/header.tsx', 'export const { PORT } = process.env', 1],
  ['lib/sessions.ts', 'export const a = process.env.NODE_ENV', 0],
  ['lib/env.ts', 'export const a = process.env.PORT', 0],
  ['lib/sessions.ts', 'export const a = new PrismaClient()', 1],
  ['server/main.ts', 'export const a = new PrismaClient()', 1],
  ['lib/db/sqlite.ts', 'export const a = new PrismaClient()', 0],
])('eslint: in %s, "%s" has %i complaints', { timeout: 60_000 }, async (file, code, count) => {
  expect(await complaints(file, code)).toBe(count)
})

/** Each file does one thing that it may not, beside things that it may. */
const FILES = {
  'lib/errors.ts': '',
  'lib/db.ts': "import './db/sqlite'",
  'lib/db/sqlite.ts': "import '@prisma/client'",
  'lib/wire.ts': "import './errors'; import './db'",
  'lib/sessions.ts': "import 'next/headers'; import './db'",
  'lib/devices.ts': "import '../components/button'",
  'lib/audit.ts': "import './http/handler'",
  'lib/http/handler.ts': "import 'next/headers'; import 'next-auth'; import '../errors'",
  'lib/circle.ts': "import './circle-back'",
  'lib/circle-back.ts': "import './circle'",
  'components/button.ts': "import '../lib/db'; import '../lib/errors'; import 'next-auth/react'",
  'components/page.ts': "import '../app/page'; import type { a } from '../lib/sessions'",
  'app/page.ts': "import 'next-auth'; import '../components/button'; import '../lib/http/handler'",
  'app/data.ts': "import '@prisma/client'",
}

test('dependency-cruiser: each line bites, and nothing else does', { timeout: 60_000 }, () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lines-'))
  onTestFinished(() => fs.rmSync(folder, { recursive: true }))
  for (const [file, code] of Object.entries(FILES)) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    fs.writeFileSync(path.join(folder, file), `${code}\nexport const a = 1\n`)
  }
  fs.writeFileSync(path.join(folder, 'tsconfig.json'), '{}')
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))

  const cli = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const args = [
    cli,
    'app',
    'components',
    'lib',
    '--config',
    path.join(root, '.dependency-cruiser.cjs'),
    '-T',
    'json',
  ]
  const { summary } = JSON.parse(execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }))

  expect(summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`).sort()).toEqual([
    'app-is-the-top: components/page.ts',
    'components-are-for-browsers: components/button.ts',
    'lib-below-web: lib/audit.ts',
    'lib-is-below: lib/devices.ts',
    'lib-without-next: lib/sessions.ts',
    'next-auth-in-one-place: app/page.ts',
    'no-circle: lib/circle-back.ts',
    'one-database-door: app/data.ts',
    'pure-files: lib/wire.ts',
  ])
})
