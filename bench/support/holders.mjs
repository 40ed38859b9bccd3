// The processes that hold event streams.
import { fork } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { BENCH } from './paths.mjs'

/** Descriptors that a process needs beside its streams. */
const SPARE = 500
/** Streams from one address: the ports of a connection's own end are about 28,000. */
const PER_ADDRESS = 15_000

/** How many connections one process may have on this machine: Node lifts the soft limit to the hard one. */
export function connectionLimit() {
  const [, hard] = /Max open files\s+\S+\s+(\S+)/.exec(fs.readFileSync('/proc/self/limits', 'utf8'))
  return hard === 'unlimited' ? Infinity : Number(hard) - SPARE
}

export class Holders {
  #children = []
  #share = Math.min(PER_ADDRESS, connectionLimit())

  /** Holds a stream for each request, the text of one. */
  async hold(server, requests) {
    for (let from = 0; from < requests.length; from += this.#share) {
      const child = fork(path.join(BENCH, 'load/hold.mjs'), { execArgv: ['--max-semi-space-size=2'] })
      this.#children.push(child)
      await ask(child, 'held', {
        type: 'hold',
        port: server.port,
        requests: requests.slice(from, from + this.#share),
        from: [`127.0.0.${1 + this.#children.length}`],
      })
    }
  }

  /** What came so far, heads included, and how many streams were lost. */
  async count() {
    const counts = await Promise.all(this.#children.map((child) => ask(child, 'counted', { type: 'count' })))
    const sum = (name) => counts.reduce((total, each) => total + each[name], 0)
    return { events: sum('events'), bytes: sum('bytes'), lost: sum('lost'), open: sum('open') }
  }

  /** Runs `cause` and measures until stream `index` brings `text`, in milliseconds. */
  async timed(index, text, cause) {
    const child = this.#children[Math.floor(index / this.#share)]
    await ask(child, 'watching', { type: 'watch', index: index % this.#share, text })
    const seen = answered(child, 'seen')
    // One clock for all processes of the machine.
    const began = process.hrtime.bigint()
    const [{ at }] = await Promise.all([seen, cause()])
    return Number(BigInt(at) - began) / 1e6
  }

  /** Ends the streams and their processes. */
  async release() {
    await Promise.all(
      this.#children.map((child) => {
        if (!child.connected) return undefined
        const gone = new Promise((resolve) => child.once('exit', resolve))
        child.send({ type: 'release' })
        return gone
      }),
    )
  }
}

function ask(child, type, message) {
  const answer = answered(child, type)
  child.send(message)
  return answer
}

function answered(child, type) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => end(() => reject(new Error(`no "${type}" within 120 s`))), 120_000)
    const onMessage = (message) => {
      if (message.type === type) end(() => resolve(message))
      if (message.type === 'failed') end(() => reject(new Error(message.reason)))
    }
    const onExit = () => end(() => reject(new Error('a process that holds streams has ended')))
    const end = (settle) => {
      clearTimeout(timer)
      child.off('message', onMessage).off('exit', onExit)
      settle()
    }
    child.on('message', onMessage).on('exit', onExit)
  })
}
