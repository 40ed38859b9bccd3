import { expect, test } from 'vitest'
import { POSTGRESQL, schemaFile, SQLITE } from './engine'
import { twinOf } from './twin'

test('the schema for PostgreSQL is the one for SQLite', () => {
  expect(schemaFile(POSTGRESQL).content).toBe(twinOf(schemaFile(SQLITE).content))
})

test('a schema that is not ours has no twin', () => {
  expect(() => twinOf('model User {}')).toThrow('lacks provider')
})
