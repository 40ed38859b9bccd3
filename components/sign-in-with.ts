/** Signing in and out through next-auth's own addresses. Its client is left out: it can't read problem details. */
import { api } from './api'

export async function signInWith(provider: 'password' | 'qr', fields: Record<string, string>): Promise<void> {
  await api('POST', `/api/auth/callback/${provider}`, fields)
}

export async function signOut(): Promise<void> {
  await api('POST', '/api/auth/signout', {})
}

/** Loads `path` anew, with the session that the server knows now. Never resolves, so that buttons stay busy. */
export function leaveFor(path: string): Promise<never> {
  window.location.assign(path)
  return new Promise(() => {})
}
