/** Login requests, wherever this process keeps them. */
import { AppError } from '../errors'
import type { LoginRequest } from '../generated/prisma/client'
import type { RequestStore } from './store'
import { settings } from '../env'
import { DatabaseStore } from './stores/database'
import { RedisStore } from './stores/redis'

const REQUESTS = Symbol.for('qr-login.requests')
const shared = globalThis as { [REQUESTS]?: RequestStore }

/** The process's store of login requests (on globalThis: routes and the front door are bundled apart). */
export const requests = (): RequestStore => (shared[REQUESTS] ??= open())

const open = (): RequestStore => (settings().redisUrl === undefined ? new DatabaseStore() : new RedisStore())

/** The row of a request, or null. */
export async function findRequest(id: string): Promise<LoginRequest | null> {
  const [row] = await requests().find([id])
  return row ?? null
}

/** What is told of a request that is not there: its store may have lost it before its time. */
export const missing = (): AppError =>
  requests().mayForget ? new AppError('expired', { status: 'expired' }) : new AppError('not_found')
