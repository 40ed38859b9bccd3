import { getMigrations } from 'better-auth/db/migration'
import { options } from './better-auth.mjs'

const { runMigrations } = await getMigrations(options())
await runMigrations()
