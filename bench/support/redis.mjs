// A Redis of the bench's own, on a free port: it keeps everything in memory and throws nothing away.
import { execFileSync, spawn } from 'node:child_process'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { cpuMsOf, end, folderOf, freePort, rssMbOf, running, until } from './process.mjs'

const SETTINGS = [
  '--save',
  '',
  '--appendonly',
  'no',
  '--maxmemory-policy',
  'noeviction',
  '--bind',
  '127.0.0.1',
]

const programs = () => folderOf('redis-server')

/** Why there is none; undefined where there is. */
export const redisMissing = () =>
  programs() && folderOf('redis-cli') ? undefined : 'Redis is not installed (redis-server and redis-cli)'

export const redisVersion = () =>
  programs() &&
  /v=([\d.]+)/.exec(
    execFileSync(path.join(programs(), 'redis-server'), ['--version'], { encoding: 'utf8' }),
  )[1]

export class Redis {
  #child
  #port

  static async start() {
    const redis = new Redis()
    running.add(redis)
    await redis.#start(await freePort())
    return redis
  }

  async #start(port) {
    this.#port = port
    this.url = `redis://127.0.0.1:${port}`
    this.#child = spawn(path.join(programs(), 'redis-server'), ['--port', String(port), ...SETTINGS], {
      cwd: os.tmpdir(),
      stdio: 'ignore',
    })
    await until(
      async () => this.#answers(),
      this.#child,
      () => `Redis did not start on port ${port}`,
    )
  }

  #answers() {
    try {
      return this.#ask('PING').trim() === 'PONG'
    } catch {
      return false
    }
  }

  #ask(...words) {
    return execFileSync('redis-cli', ['-p', String(this.#port), ...words], {
      encoding: 'utf8',
      stdio: 'pipe',
    })
  }

  cpuMs() {
    return cpuMsOf(this.#child.pid)
  }

  rssMb() {
    return rssMbOf(this.#child.pid)
  }

  async startCounting() {}

  /** Commands so far, those inside of scripts as well, and how many of them told the bus. */
  async counters() {
    const calls = (name) =>
      Number(
        new RegExp(`^cmdstat_${name}:calls=(\\d+)`, 'm').exec(this.#ask('INFO', 'commandstats'))?.[1] ?? 0,
      )
    const [, commands] = /total_commands_processed:(\d+)/.exec(this.#ask('INFO', 'stats'))
    const memory = this.#ask('INFO', 'memory')
    const bytes = (name) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(memory)[1])
    return {
      commands: Number(commands),
      published: calls('publish') + calls('spublish'),
      // What connections have in their buffers is not kept.
      keptBytes: bytes('used_memory') - bytes('mem_clients_normal'),
    }
  }

  /** Whether the app has come: a server that says Redis and does not use it must not be measured as if it did. */
  isUsed() {
    return this.channels().length > 0
  }

  channels() {
    return this.#ask('PUBSUB', 'CHANNELS').split('\n').filter(Boolean)
  }

  /** Connections that listen to the bus as servers do. */
  async listen(count) {
    const channels = this.channels()
    let messages = 0
    const sockets = Array.from({ length: count }, () => net.connect(this.#port, '127.0.0.1'))
    for (const socket of sockets) {
      // The inline form of the protocol; an answer to each channel, then "message" before each message.
      socket.write(`SUBSCRIBE ${channels.join(' ')}\r\n`)
      socket.on('data', (chunk) => (messages += chunk.toString('latin1').split('\r\nmessage\r\n').length - 1))
      await new Promise((resolve, reject) => socket.once('data', resolve).once('error', reject))
    }
    return { heard: () => messages / count, close: async () => sockets.forEach((socket) => socket.destroy()) }
  }

  async stop() {
    running.delete(this)
    if (this.#child) await end(this.#child, 'SIGTERM')
  }
}
