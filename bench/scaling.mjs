// `npm run scaling`: what a million waiting desktops and a thousand sign-ins a second take, from what `npm run bench`
// has measured.
//   --write          writes the tables into docs/scaling.md instead of printing them
//   --results FILE   computes with another file than bench/results.json, and only prints
import fs from 'node:fs'
import path from 'node:path'
import { insert } from './scaling/document.mjs'
import { tablesText } from './scaling/text.mjs'

const RESULTS = path.join(import.meta.dirname, 'results.json')
const DOCUMENT = path.join(import.meta.dirname, '../docs/scaling.md')

const words = process.argv.slice(2)
const other = words[0] === '--results' ? words[1] : undefined
const writes = words.length === 1 && words[0] === '--write'
if (words.length > 0 && !writes && !(other && words.length === 2))
  throw new Error(`unknown: ${words.join(' ')}`)

const text = tablesText(JSON.parse(fs.readFileSync(other ?? RESULTS, 'utf8')))
if (writes) fs.writeFileSync(DOCUMENT, insert(fs.readFileSync(DOCUMENT, 'utf8'), text))
else console.log(text)
