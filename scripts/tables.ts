/** The tables that programs write into documents, each between two comments that name it. */
import fs from 'node:fs'
import path from 'node:path'

const FILES = { assess: 'SECURITY.md', attacks: 'SECURITY.md', actions: 'README.md' } as const
type Table = keyof typeof FILES

const fileOf = (name: Table): string => path.join(import.meta.dirname, '..', FILES[name])

/** The document around a table. */
function split(name: Table): { before: string; table: string; after: string } {
  const text = fs.readFileSync(fileOf(name), 'utf8')
  const [begin, end] = [`<!-- begin ${name} -->\n`, `\n<!-- end ${name} -->`]
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)]
  if (!text.includes(begin) || to < from)
    throw new Error(`${FILES[name]} has no place for the table "${name}"`)
  return { before: text.slice(0, from), table: text.slice(from, to), after: text.slice(to) }
}

export const readTable = (name: Table): string => split(name).table

export function writeTable(name: Table, table: string): void {
  const { before, after } = split(name)
  fs.writeFileSync(fileOf(name), before + table + after)
}
