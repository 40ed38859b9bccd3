import { configDefaults, defineConfig } from 'vitest/config'

/** `TEST_DATABASE=postgresql` (or `postgresql+redis`) runs the same tests there, but for these. */
const ABOUT_SQLITE = [
  'lib/db/**',
  'lib/migrations/**',
  // What is counted there is counted in better-sqlite3, and what is timed there has turns, not milliseconds.
  'lib/login/statements.test.ts',
  'lib/events/**',
  // These start all engines themselves.
  'lib/bus/**',
]
const isPostgres = process.env.TEST_DATABASE?.startsWith('postgresql')

export default defineConfig({
  resolve: { alias: { '@': import.meta.dirname } },
  test: {
    environment: 'node',
    include: ['{lib,app,components,server,scripts}/**/*.test.{ts,tsx,mjs}'],
    exclude: [...configDefaults.exclude, ...(isPostgres ? ABOUT_SQLITE : [])],
    globalSetup: ['lib/testing/global.ts'],
    setupFiles: ['lib/testing/setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    restoreMocks: true,
    // A busy machine is no defect.
    testTimeout: 30_000,
  },
})
