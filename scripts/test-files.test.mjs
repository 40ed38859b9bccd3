import { expect, test } from 'vitest'
import { reachOf, testFiles } from './test-files.mjs'

test('imports are followed, by any name and at any time, but not those of types', () => {
  const reached = reachOf('server/main.ts')
  // By `../lib/db`, and by `import('./mail')`.
  expect(reached).toContain('lib/db.ts')
  expect(reached).toContain('server/mail.ts')
  // By `@/lib/…`.
  expect(reachOf('app/api/login/route.ts')).toContain('lib/http/handler.ts')
  // It imports types from there.
  expect(reachOf('lib/login/state.ts')).not.toContain('lib/errors.ts')
})

test('SQLite runs all, the other engines what reaches the database', () => {
  const [sqlite, postgres, redis] = ['', 'postgresql', 'postgresql+redis'].map((name) => testFiles(name))
  expect(sqlite).toContain('components/ago.test.ts')
  expect(redis).not.toContain('components/ago.test.ts')
  expect(redis).toContain('lib/sessions/sessions.test.ts')
  expect(postgres).toContain('lib/login/races.test.ts')
  expect(postgres).not.toContain('lib/sessions/sessions.test.ts')
  expect(testFiles('postgresql', true)).toEqual(redis)
})
