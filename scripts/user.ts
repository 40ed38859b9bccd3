/** The operator's hand on accounts: `npm run user -- add|reset|disable|enable|list`. */
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { db } from '../lib/db'
import { settings } from '../lib/env'
import { isAppError } from '../lib/errors'
import { migrate } from '../lib/migrate'
import { newSecret } from '../lib/tokens'
import { createUser, listUsers, resetPassword, setDisabled } from '../lib/users'
import { SignUpBody } from '../lib/wire'

const USAGE = `npm run user -- add EMAIL NAME      creates an account and prints its password
npm run user -- reset EMAIL         sets and prints a new password, ends all sessions
npm run user -- disable EMAIL       ends all sessions and lets nobody sign in
npm run user -- enable EMAIL        takes that back
npm run user -- list                lists the accounts

--password-stdin                    with add and reset: reads the password instead of making one`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'password-stdin': { type: 'boolean', default: false } },
})

/** The password to set, and whether we made it and so must show it. */
async function password(): Promise<{ password: string; made: boolean }> {
  if (!values['password-stdin']) return { password: newSecret().slice(0, 20), made: true }
  const read = (await text(process.stdin)).replace(/\r?\n$/, '')
  return { password: SignUpBody.shape.password.parse(read), made: false }
}

const told = ({ password, made }: { password: string; made: boolean }) =>
  made ? ` Password: ${password}` : ''

const COMMANDS: Record<string, (now: Date, email: string, ...rest: string[]) => Promise<string>> = {
  async add(now, address, ...rest) {
    const chosen = await password()
    const user = SignUpBody.parse({ email: address, name: rest.join(' '), password: chosen.password })
    await createUser(user, now, null)
    return `${user.email} can sign in.${told(chosen)}`
  },
  async reset(now, email) {
    const chosen = await password()
    await resetPassword(email, chosen.password, now)
    return `${email} has a new password and no sessions.${told(chosen)}`
  },
  async disable(now, email) {
    await setDisabled(email, true, now)
    return `${email} is disabled and has no sessions.`
  },
  async enable(now, email) {
    await setDisabled(email, false, now)
    return `${email} can sign in again.`
  },
  async list(now) {
    const users = await listUsers(now)
    const lines = users.map(({ email, name, createdAt, disabledAt, _count }) =>
      [
        createdAt.toISOString().slice(0, 10),
        disabledAt ? 'disabled' : `${_count.sessions} sessions`,
        email,
        name,
      ].join('\t'),
    )
    return lines.join('\n') || 'There are no accounts.'
  },
}

async function main(): Promise<void> {
  const [name = '', email = '', ...rest] = positionals
  const command = COMMANDS[name]
  if (!command || (name !== 'list' && !email) || (name === 'add' && rest.length === 0)) {
    process.stderr.write(USAGE + '\n')
    process.exitCode = 2
    return
  }
  await migrate(settings().databaseFile)
  process.stdout.write((await command(new Date(), email.toLowerCase(), ...rest)) + '\n')
  await db().close()
}

/** One line a person can act on. */
function explain(error: unknown): string {
  if (isAppError(error, 'invalid_input')) return 'That address has an account already.'
  if (error instanceof Error && error.name === 'ZodError') {
    const [issue] = (error as unknown as { issues: { path: string[]; message: string }[] }).issues
    return `${issue?.path.join('.') || 'password'}: ${issue?.message}`
  }
  return error instanceof Error ? error.message : String(error)
}

main().catch((error: unknown) => {
  process.stderr.write(explain(error) + '\n')
  process.exitCode = 1
})
