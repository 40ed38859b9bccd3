// Which Chromium drives the browser tests: the one named, Playwright's own, or the system's.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
/** The same engine without the browser around it: a page costs a quarter of the CPU time. */
const HEADLESS = 'chromium-headless-shell'

function onPath(name) {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  return folders.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file))
}

async function playwrights() {
  const { chromium } = await import('@playwright/test')
  return chromium.executablePath()
}

/** Path of a Chromium, or undefined where there is none. */
export async function findChromium() {
  const candidates = [process.env.CHROMIUM_PATH, await playwrights(), ...NAMES.map(onPath)]
  return candidates.find((file) => file && fs.existsSync(file))
}

/** The same for the tests, which nobody watches. */
export async function findHeadlessChromium() {
  return process.env.CHROMIUM_PATH ?? onPath(HEADLESS) ?? (await findChromium())
}

function tryCommand(command, args) {
  try {
    execFileSync(command, args, {
      stdio: 'inherit',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    return true
  } catch {
    return false
  }
}

/** Installs a Chromium: Playwright's, else Debian's where that is allowed. */
export async function installChromium() {
  const isRoot = process.getuid?.() === 0
  const cli = [
    'node_modules/@playwright/test/cli.js',
    'install',
    ...(isRoot ? ['--with-deps'] : []),
    'chromium',
  ]
  if (!tryCommand(process.execPath, cli) && isRoot && onPath('apt-get'))
    if (tryCommand('apt-get', ['update']))
      tryCommand('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'])
  return findChromium()
}
