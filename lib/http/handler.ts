/** The wrapper around every route handler: it carries the rules that no route may forget. */
import type { z } from 'zod'
import { clock } from '../clock'
import { AppError } from '../errors'
import { take, type LimitName } from '../limits/limits'
import { findSession, type CurrentSession } from '../sessions/current'
import { requireStrong, type StrongSession } from '../sessions/strength'
import { problem, toResponse, type Answer } from './answer'
import { check, checkParams, checkQuery, readBody } from './body'
import { callerFrom, callerOf, type Arrival, type CallerOf } from './caller'
import { Cookies } from './cookies'
import type { ApiRequest } from './request'
import { requireSameOrigin } from './same-origin'

/** What a handler may read of a request as it came. Everything else has passed a schema. */
type RequestParts = Pick<ApiRequest, 'headers' | 'signal'>

/** Who may call: anybody, whoever is signed in, or a strong session alone. */
export type Demand = false | true | 'strong'

interface Sessions {
  strong: StrongSession
  true: CurrentSession
  false: null
}

interface Call<Signed extends Demand, Params, Query, Body> {
  request: RequestParts
  params: Params
  query: Query
  body: Body
  caller: CallerOf
  cookies: Cookies
  session: Sessions[`${Signed}`]
  now: Date
}

interface Rules<Signed extends Demand, Params, Query, Body> {
  /** The limit that each call takes from, by the caller's address. */
  limit: LimitName
  /** What it takes. A call that changes something is for strong sessions, or stands in app/api/strength.test.ts. */
  session: Signed
  /** The ids in the path, which are checked before anything else, as the query is. */
  params?: z.ZodType<Params>
  query?: z.ZodType<Query>
  body?: z.ZodType<Body>
  run(call: Call<Signed, Params, Query, Body>): Promise<Answer>
}

/**
 * A route handler. Next calls it for a Response. The server itself calls it for the plain answer, and tells who arrived:
 * no request from outside can bring an `arrival`.
 */
export interface RouteHandler<Params> {
  (request: ApiRequest, context: { params: Params; arrival: Arrival }): Promise<Answer>
  (request: ApiRequest, context: { params: Promise<Params> }): Promise<Response>
}

/**
 * Makes a route handler of what answers a caller that came through the front door. Whatever is thrown is answered as
 * problem details.
 */
export function routeHandler<Params>(
  run: (request: ApiRequest, caller: CallerOf, params: Params) => Promise<Answer>,
): RouteHandler<Params> {
  const handle = async (
    request: ApiRequest,
    { params, arrival }: { params: Params | Promise<Params>; arrival?: Arrival },
  ): Promise<Answer | Response> => {
    let requestId = ''
    let answer: Answer
    try {
      const caller = arrival ? callerFrom(arrival, request.headers) : callerOf(request.headers)
      requestId = caller.requestId
      answer = await run(request, caller, arrival ? (params as Params) : await params)
    } catch (error) {
      answer = problem(error, requestId)
    }
    return arrival ? answer : toResponse(answer)
  }
  return handle as RouteHandler<Params>
}

/** Makes a route handler that is held to `rules`: path and query, same origin, limit, body, session; then `run`. */
export function handler<Signed extends Demand, Params = undefined, Query = undefined, Body = undefined>(
  rules: Rules<Signed, Params, Query, Body>,
): RouteHandler<Record<string, string>> {
  return routeHandler(async (request, caller, found) => {
    const params = rules.params && checkParams(rules.params, found)
    const query = rules.query && checkQuery(rules.query, request.url)
    requireSameOrigin(request, caller.origin)
    await take(rules.limit, caller.bucket)
    const body = rules.body && check(rules.body, await readBody(request))
    // Only now: a body may take its time, and neither code nor session may outlive it.
    const now = clock()
    const cookies = new Cookies(request.headers.get('cookie'))
    const session = rules.session ? await requireSession(rules.session, cookies, caller, now) : null
    const call = { request, params, query, body, caller, cookies, session, now }
    return rules.run(call as unknown as Call<Signed, Params, Query, Body>)
  })
}

async function requireSession(
  demand: Demand,
  cookies: Cookies,
  caller: CallerOf,
  now: Date,
): Promise<CurrentSession> {
  const session = await findSession(cookies.get('session'), cookies.get('device'), now, caller.address)
  if (!session) throw new AppError('sign_in_required')
  if (demand === 'strong') requireStrong(session, now)
  return session
}
