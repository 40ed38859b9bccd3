/** Signing in and out through next-auth's own addresses. Its client is left out: it can't read problem details. */
import { api } from './api'

async function csrfToken(): Promise<string> {
  return (await api<{ csrfToken: string }>('GET', '/api/auth/csrf')).csrfToken
}

export async function signInWith(provider: 'password' | 'qr', fields: Record<string, string>): Promise<void> {
  const body = { ...fields, csrfToken: await csrfToken(), json: 'true' }
  await api('POST', `/api/auth/callback/${provider}`, body)
}

export async function signOut(): Promise<void> {
  await api('POST', '/api/auth/signout', { csrfToken: await csrfToken(), json: 'true' })
}

/** Loads `path` anew, with the session that the server knows now. Never resolves, so that buttons stay busy. */
export function leaveFor(path: string): Promise<never> {
  window.location.assign(path)
  return new Promise(() => {})
}
