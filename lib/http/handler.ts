/** The wrapper around every route handler: it carries the rules that no route may forget. */
import type { z } from 'zod'
import { AppError } from '../errors'
import { take, type LimitName } from '../limits/limits'
import { findSession, type CurrentSession } from '../sessions/current'
import { problem } from './answer'
import { check, readBody } from './body'
import { callerOf, type CallerOf } from './caller'
import { Cookies } from './cookies'
import { requireSameOrigin } from './same-origin'

interface Call<Body, Signed extends boolean> {
  request: Request
  params: Record<string, string>
  body: Body
  caller: CallerOf
  cookies: Cookies
  session: Signed extends true ? CurrentSession : null
  now: Date
}

interface Rules<Schema extends z.ZodType, Signed extends boolean> {
  /** The limit that each call takes from, by the caller's address. */
  limit: LimitName
  /** Whether somebody must be signed in. */
  session: Signed
  body?: Schema
  run(call: Call<z.infer<Schema>, Signed>): Promise<Response>
}

type RouteContext = { params: Promise<Record<string, string>> }

/**
 * Makes a route handler: came through the front door, same origin, limit, body, session; then `run`. Whatever is
 * thrown is answered as problem details.
 */
export function handler<Signed extends boolean, Schema extends z.ZodType = z.ZodUndefined>(
  rules: Rules<Schema, Signed>,
): (request: Request, context: RouteContext) => Promise<Response> {
  return async (request, context) => {
    let requestId = ''
    try {
      const caller = callerOf(request.headers)
      requestId = caller.requestId
      requireSameOrigin(request, caller.origin)
      await take(rules.limit, caller.bucket)
      const body = rules.body && check(rules.body, await readBody(request))
      // Only now: a body may take its time, and neither code nor session may outlive it.
      const now = new Date()
      const cookies = new Cookies(request.headers.get('cookie'))
      const session = rules.session ? await requireSession(cookies, caller, now) : null
      return await rules.run({
        request,
        params: await context.params,
        body,
        caller,
        cookies,
        session,
        now,
      } as Call<z.infer<Schema>, Signed>)
    } catch (error) {
      return problem(error, requestId)
    }
  }
}

async function requireSession(cookies: Cookies, caller: CallerOf, now: Date): Promise<CurrentSession> {
  const session = await findSession(cookies.get('session'), cookies.get('device'), now, caller.address)
  if (!session) throw new AppError('sign_in_required')
  return session
}
