import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { newId } from '../lib/tokens'
import { routeOf, ROUTES } from './routes'

const APP = path.resolve(import.meta.dirname, '../app')

/** The paths that the files in `app` answer. */
const answered = fs
  .readdirSync(APP, { recursive: true, encoding: 'utf8' })
  .filter((file) => /(^|\/)(route|page)\.tsx?$/.test(file))
  .map((file) => `/${path.dirname(file).replace(/(^|\/)\([^)]+\)/g, '')}`.replace(/\/\.?$/, '') || '/')

test('every route has a name of its own', () => {
  expect(answered).toContain('/api/login/[id]/confirm')
  const named = answered.filter((route) => !route.includes('[...') && route !== '/scan/[code]')
  expect(named.filter((route) => !ROUTES.has(route))).toEqual([])
  for (const route of named) expect(routeOf(route.replace('[id]', newId()))).toBe(route)
})

test('whatever strangers ask for has a few names in all', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz'
  const paths = [...letters].flatMap((one) =>
    ['/', '/api/', '/api/login/', '/api/auth/', '/scan/', '/_next/', `/api/${newId()}/`].map(
      (start) => `${start}${one}${newId()}`,
    ),
  )
  expect(new Set(paths.map(routeOf))).toEqual(new Set(['other', '/api/auth/*', '/scan/[code]', '/_next']))
})
