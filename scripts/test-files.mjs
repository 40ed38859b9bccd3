// Which unit tests run on which engine.
import fs from 'node:fs'
import path from 'node:path'
import { root } from './steps.mjs'

const FOLDERS = ['app', 'components', 'lib', 'scripts', 'server']

/** These start the engines that they need, or are about SQLite's driver. */
const ON_SQLITE_ALONE = [
  'lib/bus/',
  'lib/db/',
  'lib/migrations/',
  // Statements are counted in better-sqlite3.
  'lib/login/statements.test.ts',
  // Turns of the event loop are counted, which differ with each driver.
  'lib/events/',
]

/** Login requests and limits are in PostgreSQL only where there is no Redis. */
const WITHOUT_REDIS = ['app/api/', 'lib/limits/', 'lib/login/']

/**
 * SQLite runs every test. The other engines run those that reach the database by their imports: nothing else can differ.
 * PostgreSQL with Redis runs all of these, PostgreSQL alone those whose data Redis would hold.
 * @param everywhere runs all of these on PostgreSQL alone as well
 */
export function testFiles(database = '', everywhere = false) {
  const all = FOLDERS.flatMap(testsIn)
  if (!database.startsWith('postgresql')) return all
  const wanted = database.includes('redis') || everywhere ? [''] : WITHOUT_REDIS
  return all
    .filter((file) => wanted.some((start) => file.startsWith(start)))
    .filter((file) => !ON_SQLITE_ALONE.some((start) => file.startsWith(start)))
    .filter(reachesDatabase)
}

const testsIn = (folder) =>
  fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => path.posix.join(folder, file))
    .filter((file) => /\.test\.(tsx?|mjs)$/.test(file))

const reachesDatabase = (file) => [...reachOf(file)].some((reached) => /^lib\/db(\/|\.ts$)/.test(reached))

/** The files that `file` imports, by itself or through others; all from the root. */
export function reachOf(file) {
  const reached = new Set([file])
  for (const one of reached) for (const next of importsOf(one)) reached.add(next)
  return reached
}

/** Types leave nothing to import at run time. */
const IMPORT = /^(?:import|export)\s(?!type\b)[^'";]*?'(@?[./][^']*)'|\bimport\('(@?[./][^']*)'\)/gm
const ENDINGS = ['', '.ts', '.tsx', '/index.ts']
const known = new Map()

function importsOf(file) {
  if (!known.has(file)) known.set(file, readImports(file))
  return known.get(file)
}

function readImports(file) {
  const text = fs.readFileSync(path.join(root, file), 'utf8')
  return [...text.matchAll(IMPORT)].flatMap(([, still, later]) => {
    const name = still ?? later
    const target = name.startsWith('@/') ? name.slice(2) : path.posix.join(path.posix.dirname(file), name)
    const isFile = (one) => fs.statSync(path.join(root, one), { throwIfNoEntry: false })?.isFile()
    const found = ENDINGS.map((ending) => target + ending).find(isFile)
    return found ? [found] : []
  })
}
