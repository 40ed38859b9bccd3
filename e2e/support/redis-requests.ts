/** The login requests of a server that keeps them in Redis. */
import { Redis } from 'ioredis'
import { decode } from '../../lib/login/stores/redis-row'
import { stored } from './engine'
import { HASHES, TIMES, type LoginRow, type Requests } from './requests'

const PREFIX = 'qrlogin:request:'

export class RedisRows implements Requests {
  readonly #redis: Redis

  constructor(url: string) {
    this.#redis = new Redis(url)
    // Tests take it away and bring it back.
    this.#redis.on('error', () => {})
  }

  async one(id: string): Promise<LoginRow> {
    const row = decode(await this.#redis.hgetall(PREFIX + id))
    // As a table says of one that is not there.
    if (!row) return undefined as unknown as LoginRow
    const times = Object.fromEntries(
      TIMES.map((column) => [column, row[column] && stored(row[column].getTime())]),
    )
    return { ...row, ...times } as unknown as LoginRow
  }

  async all(): Promise<LoginRow[]> {
    const keys = await this.#redis.keys(`${PREFIX}*`)
    return Promise.all(keys.sort().map((key) => this.one(key.slice(PREFIX.length))))
  }

  async age(id: string, seconds: number): Promise<void> {
    for (const column of TIMES)
      if (await this.#redis.hexists(PREFIX + id, column))
        await this.#redis.hincrby(PREFIX + id, column, -seconds * 1000)
  }

  async hashes(): Promise<string[]> {
    const rows = (await this.all()) as unknown as Record<string, string | null>[]
    return rows.flatMap((row) => HASHES.flatMap((column) => row[column] ?? []))
  }

  async close(): Promise<void> {
    this.#redis.disconnect()
  }
}
