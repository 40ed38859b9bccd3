/** `npm run backup -- FOLDER`: copies the SQLite database and its secret, while the server runs or not. */
import path from 'node:path'
import { backUp } from '../lib/db/backup'
import { settings } from '../lib/env'

/** As the operator sees it: npm has gone to the project's folder since. */
const { INIT_CWD = '.' } = process.env

const [name, ...rest] = process.argv.slice(2)
try {
  if (!name || rest.length > 0)
    throw new Error('Name a folder that is not there yet: npm run backup -- FOLDER')
  const folder = path.resolve(INIT_CWD, name)
  const { bytes, withSecret } = backUp(settings(), folder)
  const secret = withSecret ? '' : ' AUTH_SECRET is not in it: keep that as well.'
  console.log(`The backup is ${folder}, ${(bytes / 1024 / 1024).toFixed(1)} MiB.${secret}`)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
