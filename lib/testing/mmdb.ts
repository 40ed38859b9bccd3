/** Writes small databases of places, in the MaxMind DB file format, version 2.0 (maxmind.github.io/MaxMind-DB). */
import fs from 'node:fs'
import ipaddr from 'ipaddr.js'

/** What such a database says of a network; the fields of GeoLite2-City that matter here. */
export interface Location {
  city?: { en: string; zh?: string }
  /** ISO 3166-1 alpha-2. */
  country?: string
  latitude?: number
  longitude?: number
  /** In kilometres. */
  radius?: number
}

type Value = string | number | Uint | Value[] | { [key: string]: Value | undefined }
/** A whole number of one of the format's types. */
class Uint {
  constructor(
    readonly type: 5 | 6 | 9,
    readonly value: number,
  ) {}
}
const uint16 = (value: number) => new Uint(5, value)
const uint32 = (value: number) => new Uint(6, value)
const uint64 = (value: number) => new Uint(9, value)

const METADATA_START = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')
const SEPARATOR_BYTES = 16
const RECORD_BYTES = 3

/** Writes a database of disjoint networks, like `203.0.113.0/24` or `2001:db8::/32`, aside and then in place. */
export function writePlaces(file: string, networks: Record<string, Location>): void {
  fs.writeFileSync(`${file}.new`, mmdb(networks))
  fs.renameSync(`${file}.new`, file)
}

/** The whole file: the search tree, the data, and what describes them. */
export function mmdb(networks: Record<string, Location>): Buffer {
  const tree = new Tree()
  const data: Buffer[] = []
  let offset = 0
  for (const [network, location] of Object.entries(networks)) {
    tree.add(network, offset)
    const record = encode(recordOf(location))
    data.push(record)
    offset += record.length
  }
  const separator = Buffer.alloc(SEPARATOR_BYTES)
  return Buffer.concat([tree.toBuffer(), separator, ...data, METADATA_START, encode(metadata(tree.size))])
}

const recordOf = ({ city, country, latitude, longitude, radius }: Location): Value => ({
  city: city && { names: { en: city.en, 'zh-CN': city.zh } },
  country: country === undefined ? undefined : { iso_code: country },
  location: { latitude, longitude, accuracy_radius: radius === undefined ? undefined : uint16(radius) },
})

const metadata = (nodeCount: number): Value => ({
  node_count: uint32(nodeCount),
  record_size: uint16(RECORD_BYTES * 8),
  ip_version: uint16(6),
  database_type: 'Test-City',
  languages: ['en', 'zh-CN'],
  binary_format_major_version: uint16(2),
  binary_format_minor_version: uint16(0),
  build_epoch: uint64(1_772_366_400),
  description: { en: 'Places for tests' },
})

type Node = [left: Branch, right: Branch]
type Branch = { node: number } | { data: number } | null

/** A binary tree over the bits of IPv6 addresses; IPv4 ones are those in `::/96`. */
class Tree {
  readonly #nodes: Node[] = [[null, null]]

  get size(): number {
    return this.#nodes.length
  }

  add(network: string, data: number): void {
    const bits = bitsOf(network)
    const last = bits.pop()!
    let node = this.#nodes[0]!
    for (const bit of bits) node = this.#below(node, bit)
    node[last] = { data }
  }

  #below(node: Node, bit: 0 | 1): Node {
    const branch = (node[bit] ??= { node: this.#nodes.push([null, null]) - 1 })
    if ('data' in branch) throw new Error('one network lies in another')
    return this.#nodes[branch.node]!
  }

  toBuffer(): Buffer {
    const buffer = Buffer.alloc(this.size * 2 * RECORD_BYTES)
    this.#nodes
      .flat()
      .forEach((branch, index) => buffer.writeUIntBE(this.#value(branch), index * RECORD_BYTES, RECORD_BYTES))
    return buffer
  }

  #value(branch: Branch): number {
    if (branch === null) return this.size
    return 'node' in branch ? branch.node : this.size + SEPARATOR_BYTES + branch.data
  }
}

function bitsOf(network: string): (0 | 1)[] {
  const [address, length] = ipaddr.parseCIDR(network)
  const before = address.kind() === 'ipv4' ? 96 : 0
  const bytes = [...Array<number>(before / 8).fill(0), ...address.toByteArray()]
  return bytes
    .flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((bit) => ((byte >> bit) & 1) as 0 | 1))
    .slice(0, before + length)
}

/** One field of the data section: a control byte that tells type and size, then the content. */
function encode(value: Value): Buffer {
  if (typeof value === 'string') return field(2, Buffer.byteLength(value), Buffer.from(value))
  if (typeof value === 'number') return field(3, 8, double(value))
  if (value instanceof Uint) return whole(value)
  if (Array.isArray(value)) return field(11, value.length, ...value.map(encode))
  const entries = Object.entries(value).filter((entry): entry is [string, Value] => entry[1] !== undefined)
  return field(7, entries.length, ...entries.flatMap(([key, item]) => [encode(key), encode(item)]))
}

function field(type: number, size: number, ...content: Buffer[]): Buffer {
  const isExtended = type > 7
  const isLong = size >= 29
  const control = ((isExtended ? 0 : type) << 5) | (isLong ? 29 : size)
  const more = [...(isExtended ? [type - 7] : []), ...(isLong ? [size - 29] : [])]
  return Buffer.concat([Buffer.from([control, ...more]), ...content])
}

function double(value: number): Buffer {
  const buffer = Buffer.alloc(8)
  buffer.writeDoubleBE(value)
  return buffer
}

function whole({ type, value }: Uint): Buffer {
  const size = { 5: 2, 6: 4, 9: 6 }[type]
  const buffer = Buffer.alloc(size)
  buffer.writeUIntBE(value, 0, size)
  return field(type, size, buffer)
}
