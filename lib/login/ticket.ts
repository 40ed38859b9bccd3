/**
 * A ticket stands for a code that was live when a signed-out phone scanned it, so that signing in or up on the way
 * may take longer than the code lives. It claims and writes nothing.
 */
import { equal } from '../tokens'
import { mac, macs } from '../keys'

/** `{id}.{expiry in seconds}.{mac}`, for an HttpOnly cookie. */
export function makeTicket(id: string, expiresAt: Date): string {
  const expiry = Math.floor(expiresAt.getTime() / 1000)
  return `${id}.${expiry}.${mac('ticket', id, expiry).toString('base64url')}`
}

/** True where the ticket is ours, for this request, and in time. */
export function isTicketFor(ticket: string | undefined, id: string, now: Date): boolean {
  const [ticketId, expiry, proof] = (ticket ?? '').split('.')
  if (ticketId !== id || !expiry || !proof || !(Number(expiry) * 1000 > now.getTime())) return false
  return macs('ticket', id, expiry).some((full) => equal(full.toString('base64url'), proof))
}
