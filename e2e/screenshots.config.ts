import { defineConfig } from '@playwright/test'
import tests from '../playwright.config'

/** `npm run screenshots`: the README's pictures, taken from the running app. */
export default defineConfig({
  ...tests,
  globalSetup: undefined,
  testDir: 'screenshots',
  testIgnore: [],
  testMatch: '*.ts',
  outputDir: '../test-results',
  reporter: 'list',
  workers: 1,
})
