/** What places make of a scan, through the real moves, a real database and a real file of places. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Caller } from '../caller'
import { settings } from '../env'
import { placesReady } from '../places'
import { mmdb } from '../testing/mmdb'
import {
  codeOf,
  DESKTOP,
  makePhone,
  makeUser,
  NOON,
  open,
  PHONE,
  type SignedInDevice,
} from '../testing/people'
import { scan } from './scan'
import { scannedView } from './view'

const UTRECHT = '203.0.113.1'
const GRONINGEN = '203.0.113.2'
const PORTO = '203.0.113.3'
const NOWHERE = '203.0.113.99'

const PLACES = mmdb({
  [`${UTRECHT}/32`]: {
    city: { en: 'Utrecht', zh: '乌得勒支' },
    country: 'NL',
    latitude: 52.09,
    longitude: 5.12,
    radius: 10,
  },
  [`${GRONINGEN}/32`]: { country: 'NL', latitude: 53.22, longitude: 6.57, radius: 10 },
  [`${PORTO}/32`]: { city: { en: 'Porto' }, country: 'PT', latitude: 41.15, longitude: -8.61, radius: 20 },
})

let file: string
let phone: SignedInDevice

beforeEach(async () => {
  file = path.join(settings().dataDir, `${crypto.randomUUID()}.mmdb`)
  vi.spyOn(settings(), 'geoipDatabase', 'get').mockReturnValue(file)
  vi.spyOn(settings(), 'proofPolicy', 'get').mockReturnValue('adaptive')
  phone = await makePhone((await makeUser()).id)
})
afterEach(() => fs.unwatchFile(file))

/** On a busy machine, reading the file may take longer than a scan waits. */
function usePlaces(): Promise<void> {
  fs.writeFileSync(file, PLACES)
  return placesReady(10_000)
}

const at = (caller: Caller, address: string | null): Caller => ({ ...caller, address })

/** What the phone in `here` hears of a desktop in `there` that its account knows. */
async function scanned(there: string | null, here: string | null) {
  const { device } = await makePhone(phone.session.userId)
  const { request } = await open(NOON, undefined, { caller: at(DESKTOP, there), device })
  const caller = at(PHONE, here)
  const claimed = await scan({ code: codeOf(request) }, phone.session, undefined, caller, NOON)
  return scannedView(claimed.request, claimed.scanToken, phone.session, caller, NOON)
}

test.each<[string, string | null, string | null, string, string[]]>([
  ['at one address', UTRECHT, UTRECHT, 'low', []],
  ['far away in one country', UTRECHT, GRONINGEN, 'medium', ['place', 'address']],
  ['in another country', UTRECHT, PORTO, 'high', ['country', 'place', 'address']],
  ['in a place that nobody knows', NOWHERE, PORTO, 'low', ['address']],
  ['at an undetermined address', null, PORTO, 'medium', ['place']],
  ['where the phone’s address is undetermined', UTRECHT, null, 'medium', ['place']],
  ['where both are undetermined', null, null, 'medium', ['place']],
])('a known desktop %s', async (_, there, here, risk, differences) => {
  await usePlaces()
  expect(await scanned(there, here)).toMatchObject({ risk, differences })
})

test('an undetermined address is not near either where the database of places can’t be read', async () => {
  fs.writeFileSync(file, 'no database')
  await placesReady(10_000)
  expect(await scanned(null, UTRECHT)).toMatchObject({ risk: 'medium', differences: ['place'] })
  expect(await scanned(UTRECHT, PORTO)).toMatchObject({ risk: 'low', differences: ['address'] })
})

test('without a database of places, an undetermined address raises no risk by itself', async () => {
  vi.spyOn(settings(), 'geoipDatabase', 'get').mockReturnValue(undefined)
  expect(await scanned(null, UTRECHT)).toMatchObject({ risk: 'low', differences: [] })
})

test('the phone hears of both places', async () => {
  await usePlaces()
  const { desktop, phone } = await scanned(UTRECHT, PORTO)
  expect(desktop.place).toEqual({ city: { en: 'Utrecht', zh: '乌得勒支' }, country: 'NL' })
  expect(phone).toEqual({ address: PORTO, place: { city: { en: 'Porto', zh: 'Porto' }, country: 'PT' } })
})

test('a trusted network does not outweigh another country', async () => {
  await usePlaces()
  vi.spyOn(settings(), 'trustedNetworks', 'get').mockReturnValue([UTRECHT])
  expect(await scanned(UTRECHT, PORTO)).toMatchObject({ risk: 'high' })
})

test('where places take too long, a scan goes without', async () => {
  execFileSync('mkfifo', [file])
  const { desktop, differences } = await scanned(UTRECHT, PORTO)
  expect(desktop.place).toBeNull()
  expect(differences).toEqual(['address'])
  await fs.promises.writeFile(file, PLACES)
})
