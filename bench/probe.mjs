// Preloaded into servers that hold streams. On SIGUSR2 it collects garbage, so that memory before and after is told
// alike, and prints how many statements SQLite has been asked to run.
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const Database = createRequire(pathToFileURL(path.join(process.cwd(), 'package.json')))('better-sqlite3')
let statements = 0

function counting(prototype, names) {
  for (const name of names) {
    const original = prototype[name]
    prototype[name] = function (...args) {
      statements++
      return original.apply(this, args)
    }
  }
}

const database = new Database(':memory:')
counting(Object.getPrototypeOf(database.prepare('SELECT 1')), ['run', 'get', 'all', 'iterate'])
counting(Database.prototype, ['exec'])
database.close()

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

process.on('SIGUSR2', () => {
  collect()
  process.stdout.write(`probed: ${statements} statements\n`)
})
