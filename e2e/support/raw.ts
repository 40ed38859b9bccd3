/** Messages byte by byte, for what no client would send. */
import { connect } from 'node:net'

/** All that comes back for these bytes, until the server closes the connection or `within` has passed. */
export function exchange(port: number, bytes: string, within = 10_000): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let received = ''
    socket.setEncoding('latin1').on('data', (text: string) => (received += text))
    socket.on('error', () => {})
    socket.on('close', () => resolve(received))
    socket.setTimeout(within, () => socket.destroy())
    socket.write(bytes, 'latin1')
  })
}

/** The statuses of all answers in what came back. */
export const statusesIn = (received: string): number[] =>
  [...received.matchAll(/^HTTP\/1\.1 (\d+) /gm)].map(([, status]) => Number(status))
