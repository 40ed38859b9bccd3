import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { settings } from './env'
import { log } from './log'
import { placeOf, placesReady } from './places'
import { mmdb, writePlaces } from './testing/mmdb'

const NETWORKS = {
  '203.0.113.0/25': { city: { en: 'Utrecht', zh: '乌得勒支' }, country: 'NL' },
  '203.0.113.128/26': { city: { en: 'Porto' }, country: 'PT' },
  '203.0.113.192/32': { country: 'DE' },
  '203.0.113.193/32': { country: 'ZZ' },
  '10.0.0.0/8': { city: { en: 'Filling' }, country: 'NL' },
  '2001:db8:7::/48': { city: { en: 'São Paulo', zh: '圣保罗' }, country: 'BR' },
}

let file: string
let warn: ReturnType<typeof vi.spyOn>

/** Each test has a file of its own, as the database is kept by its name. */
function use(content: Buffer | null, name = crypto.randomUUID()): string {
  file = path.join(settings().dataDir, `${name}.mmdb`)
  if (content) fs.writeFileSync(file, content)
  vi.spyOn(settings(), 'geoipDatabase', 'get').mockReturnValue(file)
  return file
}

beforeEach(() => (warn = vi.spyOn(log(), 'warn')))
afterEach(() => fs.unwatchFile(file))

test.each([
  ['203.0.113.7', { city: { en: 'Utrecht', zh: '乌得勒支' }, country: 'NL' }],
  ['203.0.113.130', { city: { en: 'Porto', zh: 'Porto' }, country: 'PT' }],
  ['203.0.113.192', { city: null, country: 'DE' }],
  ['2001:db8:7:1::5', { city: { en: 'São Paulo', zh: '圣保罗' }, country: 'BR' }],
  ['203.0.113.193', null],
  ['203.0.113.200', null],
  ['2001:db8:8::5', null],
  ['10.1.2.3', null],
  ['127.0.0.1', null],
  ['::1', null],
  ['nonsense', null],
  [null, null],
])('%s is in %j', async (address, place) => {
  use(mmdb(NETWORKS))
  await placesReady(10_000)
  expect(placeOf(address)).toEqual(place)
  expect(warn).not.toHaveBeenCalled()
})

test('without a database there are no places', async () => {
  expect(settings().geoipDatabase).toBeUndefined()
  await placesReady(10_000)
  expect(placeOf('203.0.113.7')).toBeNull()
})

const cut = mmdb(NETWORKS)
test.each([
  ['is no database', Buffer.from('not a database')],
  ['is empty', Buffer.alloc(0)],
  ['is missing', null],
  ['is half written', cut.subarray(0, cut.length / 2)],
])('a file that %s is one warning and no places', async (_, content) => {
  use(content)
  await placesReady(10_000)
  await placesReady(10_000)
  expect(placeOf('203.0.113.7')).toBeNull()
  expect(placeOf('203.0.113.8')).toBeNull()
  expect(warn).toHaveBeenCalledOnce()
})

test('so is one that turns out to be damaged where it is asked', async () => {
  const damaged = Buffer.from(mmdb(NETWORKS))
  // The data behind the tree, but not the description at the end.
  const data = damaged.indexOf('city') - 2
  damaged.fill(0xff, data, data + 40)
  use(damaged)
  await placesReady(10_000)
  expect(warn).not.toHaveBeenCalled()
  for (const address of ['203.0.113.7', '203.0.113.7', '203.0.113.130']) expect(placeOf(address)).toBeNull()
  expect(warn).toHaveBeenCalledOnce()
})

test('a slow file keeps nobody waiting, and is used once it is there', async () => {
  const pipe = use(null)
  execFileSync('mkfifo', [pipe])
  const begun = performance.now()
  await placesReady()
  const waited = performance.now() - begun
  expect(waited).toBeGreaterThanOrEqual(45)
  // On a busy machine, a timer of 50 ms may take longer; the file takes for ever.
  expect(waited).toBeLessThan(1000)
  expect(placeOf('203.0.113.7')).toBeNull()

  await fs.promises.writeFile(pipe, mmdb(NETWORKS))
  await vi.waitFor(() => expect(placeOf('203.0.113.7')?.country).toBe('NL'))
  const again = performance.now()
  await placesReady()
  expect(performance.now() - again).toBeLessThan(45)
})

test('a file that is replaced is read again, and what is broken takes nothing away', async () => {
  use(mmdb(NETWORKS))
  await placesReady(10_000)
  expect(placeOf('203.0.113.7')?.city?.en).toBe('Utrecht')

  fs.writeFileSync(file, 'broken')
  await vi.waitFor(() => expect(warn).toHaveBeenCalledOnce(), { timeout: 20_000 })
  expect(placeOf('203.0.113.7')?.city?.en).toBe('Utrecht')

  writePlaces(file, { '203.0.113.0/24': { city: { en: 'Leiden' }, country: 'NL' } })
  await vi.waitFor(() => expect(placeOf('203.0.113.7')?.city?.en).toBe('Leiden'), { timeout: 20_000 })
  fs.rmSync(file)
})
