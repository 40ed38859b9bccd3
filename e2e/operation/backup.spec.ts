/** Backups, made while the server is at work, and started from: by the commands in docs/operating.md. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { isLacking } from '../../lib/testing/lacking'
import { Postgres, postgresPrograms } from '../../lib/testing/postgres'
import { expect, test } from '../fixtures'
import { Client, openingDesktop, signedInPhone } from '../support/client'
import type { Server } from '../support/server'

const GUIDE = path.resolve(import.meta.dirname, '../../docs/operating.md')

/** The line of the guide that begins so. */
function commandFromGuide(beginning: string): string {
  const line = fs
    .readFileSync(GUIDE, 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`    ${beginning} `))
  if (!line) throw new Error(`docs/operating.md has no command that begins with "${beginning}"`)
  return line.trim()
}

const shell = (command: string, cwd: string, env: Record<string, string>) =>
  promisify(execFile)('sh', ['-c', command], { cwd, env: env as never })

/** Goes on writing until it is told to end. */
function keepWriting(server: Server) {
  let isOver = false
  const statuses = new Set<number>()
  const write = async () => {
    while (!isOver) statuses.add((await new Client(server).post('/api/login')).status)
  }
  const writing = Promise.all([write(), write()])
  return async () => {
    isOver = true
    await writing
    return [...statuses]
  }
}

/** The same browser, before a server that was started from the backup. */
function moved(browser: Client, server: Server): Client {
  const there = new Client(server, browser.userAgent)
  for (const [name, value] of browser.cookies) there.cookies.set(name, value)
  return there
}

/** People, sessions and login requests: all that was there when the backup began is there. */
async function expectRestored(restored: Server, phone: Client, waiting: { desktop: Client; id: string }[]) {
  expect(await moved(phone, restored).isSignedIn()).toBe(true)
  for (const { desktop, id } of waiting) {
    const { status, body } = await moved(desktop, restored).get(`/api/login/${id}`)
    expect([status, body.status]).toEqual([200, 'new'])
  }
}

let folder: string
test.beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'qr-login-backup-'))
})
test.afterEach(() => fs.rmSync(folder, { recursive: true, force: true }))
test.describe.configure({ timeout: 180_000 })

test('a SQLite database is copied while it is written to', async ({ startServer }) => {
  const server = await startServer({ sqlite: true })
  const { phone } = await signedInPhone(server)
  const waiting = [await openingDesktop(server), await openingDesktop(server)]
  const endWriting = keepWriting(server)
  const { PATH = '', HOME = '' } = process.env
  const root = path.resolve(import.meta.dirname, '../..')
  const backup = commandFromGuide('npm run backup').replace(/\S+$/, path.join(folder, 'backup'))
  const { stdout } = await shell(backup, root, { PATH, HOME, DATA_DIR: server.dataDir })
  expect(stdout).toMatch(/The backup is .*backup, \d+\.\d MiB\.\n$/)
  expect(await endWriting()).toEqual([201])
  await server.stop()
  const restored = await startServer({
    sqlite: true,
    environment: { DATA_DIR: path.join(folder, 'backup') },
  })
  await expectRestored(restored, phone, waiting)
})

test('a PostgreSQL database is dumped while it is written to', async ({ startServer }) => {
  test.skip(isLacking(postgresPrograms()), 'PostgreSQL is not installed: apt-get install postgresql')
  const postgres = await Postgres.start()
  try {
    await postgres.run('CREATE DATABASE one')
    await postgres.run('CREATE DATABASE another')
    const AUTH_SECRET = randomBytes(32).toString('base64url')
    const on = (database: string) =>
      startServer({ sqlite: true, environment: { DATABASE_URL: postgres.url(database), AUTH_SECRET } })
    const server = await on('one')
    const { phone } = await signedInPhone(server)
    const waiting = [await openingDesktop(server), await openingDesktop(server)]
    const endWriting = keepWriting(server)
    const PATH = `${postgres.programs}${path.delimiter}${process.env.PATH}`
    await shell(commandFromGuide('pg_dump'), folder, { PATH, DATABASE_URL: postgres.url('one') })
    expect(await endWriting()).toEqual([201])
    await server.stop()
    await shell(commandFromGuide('pg_restore'), folder, { PATH, DATABASE_URL: postgres.url('another') })
    const restored = await on('another')
    await expectRestored(restored, phone, waiting)
    await postgres.run(commandFromGuide('DELETE FROM'), 'another')
    expect(await moved(phone, restored).isSignedIn()).toBe(false)
  } finally {
    await postgres.dispose()
  }
})
