// `next start`, after the migration.
import { createRequire } from 'node:module'
import './better-auth-migrate.mjs'

const next = createRequire(import.meta.url).resolve('next/dist/bin/next')
process.argv.splice(2, Infinity, 'start', '--port', process.env.PORT)
createRequire(import.meta.url)(next)
