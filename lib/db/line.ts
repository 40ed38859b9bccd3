/** The line to PostgreSQL. */
import { Socket } from 'node:net'

/**
 * A socket that ends where nothing passes for so long while an answer is due: a line that was cut without a sign (a host
 * that is gone, a firewall that forgot) would hold whoever waits for a quarter of an hour.
 */
export const impatientSocket =
  (milliseconds: number, isDue = () => true) =>
  (): Socket => {
    const socket = new Socket()
    socket.setTimeout(milliseconds, () => {
      if (isDue()) socket.destroy(new Error('Connection terminated: the database keeps silent'))
    })
    return socket
  }
