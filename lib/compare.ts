/** How two callers' addresses compare: what of a desktop is not as of the phone that scans it. */
import ipaddr from 'ipaddr.js'
import { countryOf, entryOf, hasPlaces, isLocal, type Entry } from './places'
import type { Difference } from './wire'

/** Farther apart than this, whatever the database may be wrong by, is not near. */
const NEAR_KM = 100
/** How wrong a database may be that does not say so. */
const RADIUS_KM = 50
const EARTH_KM = 6371

export interface Comparison {
  /** The gravest first. */
  differences: Difference[]
  /** One public address, or addresses of one IPv6 network. */
  sameNetwork: boolean
}

/** How the addresses of a desktop and of the phone that scans it compare. */
export function compare(a: string | null, b: string | null): Comparison {
  const [one, other] = [entryOf(a), entryOf(b)]
  const known = a !== null && b !== null
  const same = known && networkOf(a) === networkOf(b)
  const differs: Record<Difference, boolean> = {
    country: inOtherCountries(one, other),
    // Whoever hides an address must not pass for near.
    place: farApart(one, other) || (!known && hasPlaces()),
    // At home each device has a private address of its own.
    address: known && !same && !(isLocal(a) && isLocal(b)),
  }
  return {
    differences: (['country', 'place', 'address'] as const).filter((kind) => differs[kind]),
    // Behind a hop that hides who calls, everybody has its private address.
    sameNetwork: same && !isLocal(a),
  }
}

/** A household has one IPv4 address, but a whole /64 of IPv6. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (parsed instanceof ipaddr.IPv4) return parsed.toString()
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/64`).toString()
}

function inOtherCountries(a: Entry | null, b: Entry | null): boolean {
  const [one, other] = [countryOf(a), countryOf(b)]
  return one !== null && other !== null && one !== other
}

function farApart(a: Entry | null, b: Entry | null): boolean {
  const [one, other] = [a?.location, b?.location]
  if (!isPoint(one) || !isPoint(other)) return false
  const doubt = (one.accuracy_radius ?? RADIUS_KM) + (other.accuracy_radius ?? RADIUS_KM)
  return distance(one, other) - doubt > NEAR_KM
}

type Point = NonNullable<Entry['location']>

const isPoint = (location: Point | undefined): location is Point =>
  Number.isFinite(location?.latitude) && Number.isFinite(location?.longitude)

/** Kilometres along the great circle (haversine). */
function distance(a: Point, b: Point): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const half = (degrees: number) => Math.sin(radians(degrees) / 2) ** 2
  const chord =
    half(b.latitude - a.latitude) +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * half(b.longitude - a.longitude)
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(chord)))
}
