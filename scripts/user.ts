/** The operator's hand on accounts: `npm run user -- add|reset|disable|enable|list`. */
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { db } from '../lib/db'
import { settings } from '../lib/env'
import { isAppError } from '../lib/errors'
import { migrate } from '../lib/migrate'
import { newSecret } from '../lib/tokens'
import { Name } from '../lib/names'
import { disableUser, enableUser, listUsers, resetPassword } from '../lib/operator'
import { createUser } from '../lib/users'
import { PASSWORD_MIN, SignUpBody } from '../lib/wire'

const USAGE = `npm run user -- add EMAIL NAME      creates an account and prints its password
npm run user -- reset EMAIL         sets and prints a new password, ends all sessions
npm run user -- disable EMAIL       ends all sessions and lets nobody sign in
npm run user -- enable EMAIL        takes that back
npm run user -- list                lists the accounts

--password-stdin                    with add and reset: reads the password instead of making one`

/** A line for the operator, and no stack. */
class Refusal extends Error {}

/** The password to set, and whether we made it and so must show it. */
async function password(fromInput: boolean): Promise<{ password: string; made: boolean }> {
  if (!fromInput) return { password: newSecret().slice(0, 20), made: true }
  const read = (await text(process.stdin)).replace(/\r?\n$/, '')
  if (!SignUpBody.shape.password.safeParse(read).success)
    throw new Refusal(`A password has at least ${PASSWORD_MIN} characters.`)
  return { password: read, made: false }
}

const told = ({ password, made }: { password: string; made: boolean }) =>
  made ? ` Password: ${password}` : ''

interface Call {
  name: string
  fromInput: boolean
}

const COMMANDS: Record<string, (now: Date, email: string, call: Call) => Promise<string>> = {
  async add(now, email, { name, fromInput }) {
    const chosen = await password(fromInput)
    const parsed = Name.safeParse(name)
    if (!parsed.success) throw new Refusal(`"${name}" is no name.`)
    await createUser({ email, name: parsed.data, password: chosen.password }, now, null)
    return `${email} can sign in.${told(chosen)}`
  },
  async reset(now, email, { fromInput }) {
    const chosen = await password(fromInput)
    await resetPassword(email, chosen.password, now)
    return `${email} has a new password and no sessions.${told(chosen)}`
  },
  async disable(now, email) {
    await disableUser(email, now)
    return `${email} is disabled and has no sessions.`
  },
  async enable(now, email) {
    await enableUser(email, now)
    return `${email} can sign in again.`
  },
  async list(now) {
    const users = await listUsers(now)
    const lines = users.map(({ email, name, createdAt, disabledAt, _count }) =>
      [
        createdAt.toISOString().slice(0, 10),
        disabledAt ? 'disabled' : `sessions: ${_count.sessions}`,
        email,
        name,
      ].join('\t'),
    )
    return lines.join('\n') || 'There are no accounts.'
  },
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'password-stdin': { type: 'boolean', default: false } },
  })
  const [name = '', address = '', ...rest] = positionals
  const command = COMMANDS[name]
  if (!command || (name === 'add' && rest.length === 0)) throw new Refusal(USAGE)
  const email = SignUpBody.shape.email.safeParse(address)
  if (name !== 'list' && !email.success) throw new Refusal(`"${address}" is no e-mail address.`)
  await migrate(settings())
  const call = { name: rest.join(' '), fromInput: values['password-stdin'] }
  process.stdout.write((await command(new Date(), email.data ?? '', call)) + '\n')
  await db().close()
}

main().catch((error: Error) => {
  const taken = isAppError(error, 'invalid_input')
  const usage = 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
  process.stderr.write(`${taken ? 'That address has an account already.' : usage ? USAGE : error.message}\n`)
  process.exitCode = 1
})
