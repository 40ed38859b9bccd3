/** The caller's address, from the socket and the declared proxies alone. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import ipaddr from 'ipaddr.js'
import proxyAddr from 'proxy-addr'

const FORWARDING_HEADERS = ['x-forwarded-for', 'forwarded', 'x-real-ip']

export interface Address {
  /** Null where it could not be determined. */
  address: string | null
  /** The key for limits: the address or an IPv6 network of 64 bits; the peer's own where the caller's is undetermined. */
  bucket: string
}

/** Makes the function that derives a caller's address; `warn` hears of undeclared proxies. */
export function addressReader(
  trustedProxies: string[],
  warn: (peer: string, request: IncomingMessage) => void,
) {
  const trusts = proxyAddr.compile(trustedProxies)
  const direct = new WeakMap<Socket, Address>()
  const read = (request: IncomingMessage, forwarded: boolean): Address => {
    const peer = normalize(request.socket.remoteAddress)
    if (peer === null) return { address: null, bucket: 'unknown' }
    if (forwarded && !trusts(peer, 0)) {
      warn(peer, request)
      return { address: null, bucket: networkOf(peer) }
    }
    const address = normalize(proxyAddr(request, trusts))
    return { address, bucket: networkOf(address ?? peer) }
  }
  return (request: IncomingMessage): Address => {
    if (FORWARDING_HEADERS.some((name) => request.headers[name] !== undefined)) return read(request, true)
    const known = direct.get(request.socket) ?? read(request, false)
    direct.set(request.socket, known)
    return known
  }
}

/** Canonical text, IPv4 inside IPv6 unwrapped; null for what is no address. */
function normalize(address: string | undefined): string | null {
  const bare = address?.replace(/%.*$/, '')
  return bare && ipaddr.isValid(bare) ? ipaddr.process(bare).toString() : null
}

/** One household or machine has a whole /64, so a limit per IPv6 address would be none. */
function networkOf(address: string): string {
  const parsed = ipaddr.parse(address)
  if (parsed instanceof ipaddr.IPv4) return address
  return ipaddr.IPv6.networkAddressFromCIDR(`${address}/64`).toString() + '/64'
}
