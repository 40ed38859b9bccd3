import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { alias: { '@': import.meta.dirname } },
  test: {
    environment: 'node',
    include: ['{lib,app,components,server,scripts}/**/*.test.{ts,tsx,mjs}'],
    globalSetup: ['lib/testing/global.ts'],
    setupFiles: ['lib/testing/setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    restoreMocks: true,
    // A busy machine is no defect.
    testTimeout: 30_000,
  },
})
