// The sign-in page: how much script it brings beyond what every Next page does, and what Lighthouse says of it.
import fs from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { launch } from 'chrome-launcher'
import lighthouse, { desktopConfig } from 'lighthouse'
import { findChromium } from '../../scripts/chromium.mjs'
import { APP } from '../support/paths.mjs'
import { interleaved } from '../support/stats.mjs'
import { startApp } from '../targets/app.mjs'

const PAGE = '/login'
const CATEGORIES = ['performance', 'accessibility', 'best-practices']
/** Lighthouse's own: a slow phone by default. */
const CONFIGS = { mobile: undefined, desktop: desktopConfig }
const FLAGS = [
  '--headless=new',
  ...(process.getuid() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export async function measurePage({ runs, modes }) {
  const server = await startApp({ lane: true })
  try {
    const script = await scriptSizes(server)
    const targets = modes.map((name) => ({ name }))
    return {
      script,
      lighthouse: await interleaved(targets, runs, ({ name }) => scores(server, CONFIGS[name])),
    }
  } finally {
    await server.stop()
  }
}

/** Bytes after gzip: those of the page, and of them those that every page of a Next app has. */
async function scriptSizes(server) {
  const html = await (await fetch(server.url + PAGE)).text()
  const scripts = [...new Set([...html.matchAll(/<script[^>]+src="([^"?]+)/g)].map(([, source]) => source))]
  if (scripts.length === 0) throw new Error(`${PAGE} has no scripts: ${html.slice(0, 300)}`)
  const manifest = JSON.parse(fs.readFileSync(path.join(APP, '.next/build-manifest.json'), 'utf8'))
  const roots = new Set(
    [...manifest.rootMainFiles, ...manifest.polyfillFiles].map((file) => `/_next/${file}`),
  )
  const sizes = await Promise.all(scripts.map(async (source) => [source, await gzippedSize(server, source)]))
  const sum = (list) => list.reduce((total, [, size]) => total + size, 0)
  return { all: sum(sizes), beyondRoot: sum(sizes.filter(([source]) => !roots.has(source))) }
}

async function gzippedSize(server, source) {
  const response = await fetch(server.url + source)
  if (!response.ok) throw new Error(`${source} was answered with ${response.status}`)
  return gzipSync(Buffer.from(await response.arrayBuffer())).length
}

async function scores(server, config) {
  const chrome = await launch({ chromePath: await findChromium(), chromeFlags: FLAGS, logLevel: 'silent' })
  try {
    const options = { port: chrome.port, onlyCategories: CATEGORIES, logLevel: 'silent' }
    const { lhr } = await lighthouse(server.url + PAGE, options, config)
    if (lhr.runtimeError) throw new Error(`Lighthouse: ${lhr.runtimeError.message}`)
    return Object.fromEntries(CATEGORIES.map((name) => [name, Math.round(lhr.categories[name].score * 100)]))
  } finally {
    chrome.kill()
  }
}
