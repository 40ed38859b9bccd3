/** Signing in and out through next-auth's own addresses. Its client is left out: it can't read problem details. */
import { api, ApiError } from './api'

async function csrfToken(): Promise<string> {
  return (await api<{ csrfToken: string }>('GET', '/api/auth/csrf')).csrfToken
}

/** next-auth reports some refusals as an address to go to. */
function assertSignedIn(url: string): void {
  const { searchParams } = new URL(url, window.location.href)
  if (!searchParams.has('error') && !searchParams.has('csrf')) return
  throw new ApiError({ type: 'about:blank', title: 'Not signed in', status: 403, code: 'cross_site' })
}

export async function signInWith(provider: 'password' | 'qr', fields: Record<string, string>): Promise<void> {
  const body = { ...fields, csrfToken: await csrfToken(), json: 'true' }
  const { url } = await api<{ url: string }>('POST', `/api/auth/callback/${provider}`, body)
  assertSignedIn(url)
}

export async function signOut(): Promise<void> {
  await api('POST', '/api/auth/signout', { csrfToken: await csrfToken(), json: 'true' })
}

/** Loads `path` anew, with the session that the server knows now. Never resolves, so that buttons stay busy. */
export function leaveFor(path: string): Promise<never> {
  window.location.assign(path)
  return new Promise(() => {})
}
