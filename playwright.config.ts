import { defineConfig, devices } from '@playwright/test'
import { findHeadlessChromium } from './scripts/chromium.mjs'

const isRoot = process.getuid?.() === 0

/** Servers are started by the fixtures in e2e/, each with a port and data of its own. */
export default defineConfig({
  testDir: 'e2e',
  globalSetup: './lib/testing/global.ts',
  testIgnore: 'screenshots/**',
  outputDir: 'test-results',
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  workers: 2,
  // A busy machine is no defect; these end a test that hangs.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [
    ['list'],
    ['json', { outputFile: process.env.PLAYWRIGHT_REPORT ?? 'test-results/e2e.json' }],
    ['./e2e/support/attack-table.ts'],
    ['./e2e/support/action-table.ts'],
  ],
  use: {
    ...devices['Desktop Chrome'],
    // Recording each step costs more than the step: `--trace retain-on-failure` does it when it is needed.
    trace: 'off',
    launchOptions: {
      executablePath: await findHeadlessChromium(),
      args: [
        // Chromium refuses to run as root inside its sandbox.
        ...(isRoot ? ['--no-sandbox'] : []),
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
