import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { LIMITS } from './limits'

test('SECURITY.md’s table of limits holds each of them, and no other', () => {
  const text = fs.readFileSync(path.join(import.meta.dirname, '../../SECURITY.md'), 'utf8')
  const [, section = ''] = /^## Rate limits$(.*?)^## /ms.exec(text) ?? []
  const listed = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
  expect(listed.sort()).toEqual(Object.keys(LIMITS).sort())
})
