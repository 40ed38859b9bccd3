/** The line between servers and their database, which can be made slow, or cut without a sign. */
import { setTimeout } from 'node:timers/promises'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

export class Wire {
  /** How long all that passes is held up, in either direction. */
  delayMs = 0
  /** New connections that call themselves so are refused. */
  refused: string | undefined
  #isSilent = false
  readonly #ends = new Map<Socket, { isDead: boolean }>()

  private constructor(readonly server: Server) {}

  static async start(to: number): Promise<Wire> {
    const server = createServer()
    const wire = new Wire(server)
    server.on('connection', (near) => wire.#join(near, connect(to, '127.0.0.1')))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return wire
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  /** From now on nothing passes, and neither end is told; connections of before and meanwhile stay dead for good. */
  silence(): void {
    this.#isSilent = true
    for (const line of this.#ends.values()) line.isDead = true
  }

  /** New connections get through again. */
  speak(): void {
    this.#isSilent = false
  }

  async close(): Promise<void> {
    for (const end of this.#ends.keys()) end.destroy()
    await new Promise((resolve) => this.server.close(resolve))
  }

  #join(near: Socket, far: Socket): void {
    const line = { isDead: this.#isSilent }
    near.once('data', (greeting: Buffer) => {
      if (this.refused !== undefined && greeting.includes(this.refused)) near.destroy()
    })
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#ends.set(end, line)
      end.on('error', () => {})
      end.on('data', this.#passer(other, line))
      end.on('close', () => {
        this.#ends.delete(end)
        if (!line.isDead) other.destroySoon()
      })
    }
  }

  /** One after the other, so that nothing overtakes what was held up for longer. */
  #passer(other: Socket, line: { isDead: boolean }): (chunk: Buffer) => void {
    let before: Promise<unknown> = Promise.resolve()
    return (chunk) => {
      before = before.then(async () => {
        if (this.delayMs > 0) await setTimeout(this.delayMs)
        if (!line.isDead) other.write(chunk)
      })
    }
  }
}
