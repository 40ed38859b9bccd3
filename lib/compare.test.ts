import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { compare } from './compare'
import { settings } from './env'
import { placesReady } from './places'
import { writePlaces } from './testing/mmdb'

const UTRECHT = { country: 'NL', latitude: 52.09, longitude: 5.12, radius: 10 }
const NETWORKS = {
  '203.0.113.1/32': UTRECHT,
  // 35 km away.
  '203.0.113.2/32': { country: 'NL', latitude: 52.37, longitude: 4.9, radius: 10 },
  // 157 km away.
  '203.0.113.3/32': { country: 'NL', latitude: 53.22, longitude: 6.57, radius: 10 },
  '203.0.113.4/32': { country: 'NL', latitude: 53.22, longitude: 6.57, radius: 50 },
  // Nothing is known of how wrong it may be.
  '203.0.113.5/32': { country: 'NL', latitude: 53.22, longitude: 6.57 },
  '203.0.113.6/32': { country: 'PT', latitude: 41.15, longitude: -8.61, radius: 20 },
  // Just over the border.
  '203.0.113.7/32': { country: 'DE', latitude: 51.79, longitude: 6.14, radius: 20 },
  '203.0.113.8/32': { country: 'NL' },
  '203.0.113.9/32': { latitude: 41.15, longitude: -8.61, radius: 20 },
  '2001:db8::/32': UTRECHT,
  // Two sides of one meridian, 111 km apart.
  '203.0.113.10/32': { country: 'FJ', latitude: 0, longitude: 179.5, radius: 10 },
  '203.0.113.11/32': { country: 'FJ', latitude: 0, longitude: -179.5, radius: 10 },
  '203.0.113.12/32': { country: 'FJ', latitude: 0, longitude: -179, radius: 10 },
}

const file = path.join(settings().dataDir, 'places.mmdb')

beforeEach(async () => {
  if (!fs.existsSync(file)) writePlaces(file, NETWORKS)
  vi.spyOn(settings(), 'geoipDatabase', 'get').mockReturnValue(file)
  await placesReady(10_000)
})
afterAll(() => fs.unwatchFile(file))

const at = (last: number) => `203.0.113.${last}`

test.each<[string, string | null, string | null, string]>([
  ['one address', at(1), at(1), 'same'],
  ['two addresses in one town', at(1), at(2), 'address'],
  ['far within one country', at(1), at(3), 'place address'],
  ['far, but not for sure', at(1), at(4), 'address'],
  ['far, with an accuracy that nobody tells', at(1), at(5), 'address'],
  ['another country', at(1), at(6), 'country place address'],
  ['another country close by', at(1), at(7), 'country address'],
  ['a country alone', at(1), at(8), 'address'],
  ['a point without a country', at(1), at(9), 'place address'],
  ['close, over the 180th meridian', at(10), at(11), 'address'],
  ['far, over the 180th meridian', at(10), at(12), 'place address'],
  ['a place that nobody knows', at(1), at(99), 'address'],
  ['one IPv6 network', '2001:db8::1', '2001:db8::ffff:1', 'same'],
  ['two IPv6 networks', '2001:db8::1', '2001:db8:0:1::1', 'address'],
  ['IPv4 in IPv6', at(1), `::ffff:${at(1)}`, 'same'],
  ['two kinds of address', at(1), '2001:db8::1', 'address'],
  ['two devices in one home', '192.168.1.4', '192.168.1.5', ''],
  ['one private address, which a hop may hide others behind', '10.0.0.1', '10.0.0.1', ''],
  ['the server’s own computer and a phone beside it', '127.0.0.1', '192.168.1.5', ''],
  ['a home, and the Internet', '192.168.1.4', at(1), 'address'],
  ['an undetermined address, and the Internet', null, at(1), 'place'],
  ['an undetermined address, and a place that nobody knows', null, at(99), 'place'],
  ['an undetermined address, and a home', null, '192.168.1.5', 'place'],
  ['two undetermined addresses', null, null, 'place'],
])('%s', (_, a, b, expected) => {
  const wordsOf = ({ differences, sameNetwork }: ReturnType<typeof compare>) =>
    [...differences, ...(sameNetwork ? ['same'] : [])].join(' ')
  expect(wordsOf(compare(a, b))).toBe(expected)
  expect(wordsOf(compare(b, a))).toBe(expected)
})

test('without a database, addresses are all there is to compare', () => {
  vi.spyOn(settings(), 'geoipDatabase', 'get').mockReturnValue(undefined)
  expect(compare(at(1), at(6))).toEqual({ differences: ['address'], sameNetwork: false })
  expect(compare(null, at(1))).toEqual({ differences: [], sameNetwork: false })
})
