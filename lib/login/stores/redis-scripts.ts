/**
 * What happens in Redis at one go. The rules are in `lib/login/state.ts` alone: they are looked up for the row as it was
 * read, and a script goes on only where it is still that row (by its revision), and where Redis's clock allows it.
 */
import type { Redis } from 'ioredis'
import { answeredByRedis } from '../../redis'

/** How long a consume has a request for itself. */
const LEASE_MS = 10_000

/** Tests say what time it is; otherwise the clock is Redis's own. Leases are always by its own. */
const CLOCK = `
local time = redis.call('TIME')
local real = time[1] * 1000 + math.floor(time[2] / 1000)
local function clock(given) return given == '' and real or tonumber(given) end
`

/** KEYS: request. ARGV: times, commands. */
const WRITE = `
local function write(key, now, times, commands)
  for field, distance in pairs(cjson.decode(times)) do redis.call('HSET', key, field, now + distance) end
  for _, command in ipairs(cjson.decode(commands)) do redis.call(unpack(command)) end
end
`

/** KEYS: request. `changed` where it is not at this revision any more (or is not there), `expired` where its time is over. */
const GUARD = `
local function guard(key, revision, now)
  local row = redis.call('HMGET', key, 'revision', 'expiresAt')
  if row[1] ~= revision then return 'changed' end
  if tonumber(row[2]) <= now then return 'expired' end
  return 'ok'
end
-- Also where its time is over: only who asked the database whether there is a session may take it away.
local function leased(key)
  return redis.call('HEXISTS', key, 'leaseEndsAt') == 1
end
local function lease(key)
  local ends = real + ${LEASE_MS}
  redis.call('HSET', key, 'leaseEndsAt', ends)
  -- Until then it is confirmed, for everybody.
  if tonumber(redis.call('HGET', key, 'expiresAt')) < ends then redis.call('HSET', key, 'expiresAt', ends) end
end
`

const SCRIPTS = {
  /** KEYS: request, user code. ARGV: given time, times, commands. 0 where the code is in use. */
  qrloginAdd: {
    numberOfKeys: 2,
    lua: `${CLOCK}${WRITE}
      if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
      write(KEYS[1], clock(ARGV[1]), ARGV[2], ARGV[3])
      return 1`,
  },
  /** KEYS: request. ARGV: revision, given time, times, commands, whether a lease does not matter. */
  qrloginMove: {
    numberOfKeys: 1,
    lua: `${CLOCK}${WRITE}${GUARD}
      local now = clock(ARGV[2])
      local outcome = guard(KEYS[1], ARGV[1], now)
      if outcome ~= 'ok' then return outcome end
      if ARGV[5] == '' and leased(KEYS[1]) then return 'leased' end
      write(KEYS[1], now, ARGV[3], ARGV[4])
      redis.call('HDEL', KEYS[1], 'leaseEndsAt')
      redis.call('HINCRBY', KEYS[1], 'revision', 1)
      return 'ok'`,
  },
  /** KEYS: request. ARGV: revision, given time. The same desktop may take it again. */
  qrloginLease: {
    numberOfKeys: 1,
    lua: `${CLOCK}${GUARD}
      local outcome = guard(KEYS[1], ARGV[1], clock(ARGV[2]))
      if outcome == 'ok' then lease(KEYS[1]) end
      return outcome`,
  },
  /** KEYS: request. ARGV: revision, times, given time, commands. Ends a lease by the move that it was for. */
  qrloginFinish: {
    numberOfKeys: 1,
    lua: `${CLOCK}${WRITE}
      if redis.call('HGET', KEYS[1], 'revision') ~= ARGV[1] then return 'changed' end
      write(KEYS[1], clock(ARGV[2]), ARGV[3], ARGV[4])
      redis.call('HDEL', KEYS[1], 'leaseEndsAt')
      redis.call('HINCRBY', KEYS[1], 'revision', 1)
      return 'ok'`,
  },
  /** KEYS: request. ARGV: revision. Ends a lease that nobody holds any more. */
  qrloginRelease: {
    numberOfKeys: 1,
    lua: `${CLOCK}${GUARD}
      if redis.call('HGET', KEYS[1], 'revision') ~= ARGV[1] then return 0 end
      local ends = redis.call('HGET', KEYS[1], 'leaseEndsAt')
      if not ends or tonumber(ends) > real then return 0 end
      return redis.call('HDEL', KEYS[1], 'leaseEndsAt')`,
  },
  /**
   * KEYS: request. ARGV: revision, given time, tries at most, then the hashes that what was typed may have.
   * Compares and counts at one go; a right try costs nothing, and has the request for itself.
   * @returns {outcome, 1 where it was right, tries so far}
   */
  qrloginTry: {
    numberOfKeys: 1,
    lua: `${CLOCK}${GUARD}
      local outcome = guard(KEYS[1], ARGV[1], clock(ARGV[2]))
      if outcome ~= 'ok' then return {outcome, 0, 0} end
      if leased(KEYS[1]) then return {'leased', 0, 0} end
      local tries = tonumber(redis.call('HGET', KEYS[1], 'codeTries'))
      if tries >= tonumber(ARGV[3]) then return {'expired', 0, tries} end
      local stored = redis.call('HGET', KEYS[1], 'codeHash')
      for index = 4, #ARGV do
        if ARGV[index] == stored then
          lease(KEYS[1])
          return {'ok', 1, tries}
        end
      end
      return {'ok', 0, redis.call('HINCRBY', KEYS[1], 'codeTries', 1)}`,
  },
}

type Outcome = 'ok' | 'changed' | 'expired' | 'leased'

declare module 'ioredis' {
  interface Redis {
    qrloginAdd(request: string, code: string, given: string, times: string, commands: string): Promise<0 | 1>
    qrloginMove(
      request: string,
      revision: number,
      given: string,
      times: string,
      commands: string,
      overLease: '' | '1',
    ): Promise<Outcome>
    qrloginLease(request: string, revision: number, given: string): Promise<Outcome>
    qrloginFinish(
      request: string,
      revision: number,
      given: string,
      times: string,
      commands: string,
    ): Promise<Outcome>
    qrloginRelease(request: string, revision: number): Promise<0 | 1>
    qrloginTry(
      request: string,
      revision: number,
      given: string,
      most: number,
      ...hashes: string[]
    ): Promise<[Outcome, 0 | 1, number]>
  }
}

const taught = new WeakSet<Redis>()

/**
 * Runs commands, with the scripts among them.
 * @throws AppError `unavailable` where Redis can't answer
 */
export function askRedis<T>(run: (client: Redis) => Promise<T>): Promise<T> {
  return answeredByRedis((client) => {
    if (!taught.has(client))
      for (const [name, script] of Object.entries(SCRIPTS)) client.defineCommand(name, script)
    taught.add(client)
    return run(client)
  })
}

/** The replies of several commands. */
export function orThrow(replies: [Error | null, unknown][] | null): unknown[] {
  return (replies ?? []).map(([error, reply]) => {
    if (error) throw error
    return reply
  })
}
