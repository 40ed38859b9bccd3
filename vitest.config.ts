import { defineConfig } from 'vitest/config'
import { testFiles } from './scripts/test-files.mjs'

const { TEST_DATABASE, TEST_EVERYWHERE } = process.env

export default defineConfig({
  resolve: { alias: { '@': import.meta.dirname } },
  test: {
    environment: 'node',
    include: testFiles(TEST_DATABASE, Boolean(TEST_EVERYWHERE)),
    globalSetup: ['lib/testing/global.ts'],
    setupFiles: ['lib/testing/setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    restoreMocks: true,
    // A busy machine is no defect.
    testTimeout: 30_000,
  },
})
