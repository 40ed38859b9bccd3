/** What a request holds, capped, parsed and checked against the wire: its path, its query and its body. */
import type { z } from 'zod'
import { AppError, isAppError } from '../errors'
import type { ApiRequest } from './request'

export const MAX_BODY_BYTES = 16 * 1024

const tooLarge = () =>
  new AppError('invalid_input', { httpStatus: 413, detail: `A body may hold ${MAX_BODY_BYTES} bytes.` })

async function readText(request: ApiRequest): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength
      if (size > MAX_BODY_BYTES) throw tooLarge()
      chunks.push(chunk)
    }
  } catch (error) {
    // A body breaks off where its sender leaves, or takes too long: that is no fault of ours.
    throw isAppError(error) ? error : new AppError('invalid_input', { detail: 'The body broke off.' })
  }
  return Buffer.concat(chunks).toString('utf8')
}

/**
 * Reads a JSON or form body; an empty one is `{}`.
 * @throws AppError `invalid_input` (413 where it is too large), also where it breaks off
 */
export async function readBody(request: ApiRequest): Promise<unknown> {
  const text = await readText(request)
  if (text === '') return {}
  if (request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(text))
  try {
    return JSON.parse(text)
  } catch {
    throw new AppError('invalid_input', { detail: 'The body is not JSON.' })
  }
}

/**
 * Checks a value against a schema.
 * @throws AppError `invalid_input` with the fields that are wrong
 */
export function check<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => ({ field: issue.path.join('.'), code: issue.code }))
  throw new AppError('invalid_input', { fields })
}

/**
 * Checks the query.
 * @throws AppError `invalid_input` with the fields that are wrong
 */
export function checkQuery<T extends z.ZodType>(schema: T, url: string): z.infer<T> {
  return check(schema, url.includes('?') ? Object.fromEntries(new URL(url).searchParams) : {})
}

/**
 * Checks the parameters in the path. What is no id names nothing.
 * @throws AppError `not_found`
 */
export function checkParams<T extends z.ZodType>(schema: T, params: unknown): z.infer<T> {
  const parsed = schema.safeParse(params)
  if (!parsed.success) throw new AppError('not_found')
  return parsed.data
}
