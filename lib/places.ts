/** Where an address approximately is, by the operator's database of places. */
import { watchFile } from 'node:fs'
import ipaddr from 'ipaddr.js'
import { open, type CityResponse, type Reader } from 'maxmind'
import { settings } from './env'
import { log } from './log'
import type { Place } from './wire'

/** A scan waits no longer for places, and goes without. */
const PATIENCE_MS = 50
const LOOK_EVERY_MS = 2_000

/** A database of the Internet knows nothing of these (RFC 6890): what it may say of them is filling. */
const LOCAL_RANGES = ['loopback', 'private', 'linkLocal', 'uniqueLocal', 'carrierGradeNat', 'unspecified']
/** ISO 3166-1 alpha-2, but for the code that stands for none. */
const COUNTRY = /^(?!ZZ)[A-Z]{2}$/

/** What the database holds of an address. */
export type Entry = Pick<CityResponse, 'city' | 'country' | 'location'>

interface Places {
  file: string
  /** Null until it has been read, and where it can't be. */
  reader: Reader<CityResponse> | null
  loading: Promise<void>
}

const PLACES = Symbol.for('qr-login.places')
const shared = globalThis as { [PLACES]?: Places }

/** The database, which is begun to be read when it is first asked for; null where there is none. */
function places(): Places | null {
  const file = settings().geoipDatabase
  if (file === undefined) return null
  if (shared[PLACES]?.file !== file) shared[PLACES] = watched(file)
  return shared[PLACES]
}

/** maxmind's own watching would end the process where the file that comes is broken. */
function watched(file: string): Places {
  const places: Places = { file, reader: null, loading: Promise.resolve() }
  const load = () => (places.loading = places.loading.then(() => read(places)))
  void load()
  watchFile(/* turbopackIgnore: true */ file, { persistent: false, interval: LOOK_EVERY_MS }, ({ ino }) => {
    if (ino !== 0) void load()
  })
  return places
}

/** What can't be read takes nothing away: what was read before it stays. */
async function read(places: Places): Promise<void> {
  try {
    places.reader = await open<CityResponse>(places.file)
  } catch (err) {
    complain(err)
  }
}

const complain = (err: unknown): void =>
  log().warn({ event: 'places_unreadable', file: settings().geoipDatabase, err }, 'no places')

/** True where the operator has set a database of places, whether or not it can be read. */
export const hasPlaces = (): boolean => settings().geoipDatabase !== undefined

/** Begins to read the database, and waits for it, but not for long. */
export async function placesReady(patienceMs = PATIENCE_MS): Promise<void> {
  const asked = places()
  if (asked === null || asked.reader !== null) return
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, patienceMs)))
  await Promise.race([asked.loading, patience])
  clearTimeout(timer)
}

/** The database's entry for a public address; null where nobody knows. A damaged database is not asked again. */
export function entryOf(address: string | null): Entry | null {
  const asked = places()
  if (!asked?.reader || address === null || isLocal(address)) return null
  try {
    return asked.reader.get(address)
  } catch (err) {
    asked.reader = null
    complain(err)
    return null
  }
}

/** True for what is no public address. */
export function isLocal(address: string): boolean {
  return !ipaddr.isValid(address) || LOCAL_RANGES.includes(ipaddr.process(address).range())
}

/** Null where nobody knows. */
export function placeOf(address: string | null): Place | null {
  const entry = entryOf(address)
  const names = entry?.city?.names
  const city = names?.en ? { en: names.en, zh: names['zh-CN'] ?? names.en } : null
  const country = countryOf(entry)
  return city || country ? { city, country } : null
}

export function countryOf(entry: Entry | null): string | null {
  const code = entry?.country?.iso_code
  return code !== undefined && COUNTRY.test(code) ? code : null
}
