/** What the README and docs/operating.md say of settings, scripts, files and figures is so. */
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { SETTING_NAMES } from '../lib/env'
import { measureProcess, metrics } from '../lib/metrics'

const ROOT = path.resolve(import.meta.dirname, '..')
const read = (file: string) => fs.readFileSync(path.join(ROOT, file), 'utf8')
const readme = read('README.md')
const guide = read('docs/operating.md')

test('the README has each setting, once', () => {
  const table = readme.slice(readme.indexOf('## Settings'), readme.indexOf('## HTTPS in front'))
  const listed = [...table.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name)
  expect(listed.sort()).toEqual([...SETTING_NAMES].sort())
})

test('the guide names settings and scripts that there are', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const names = [...guide.matchAll(/`([A-Z][A-Z_]+[A-Z])[=`]/g)].map(([, name]) => name!)
  const others = ['SIGTERM', 'SIGKILL', 'LISTEN', 'NOTIFY']
  expect(names.filter((name) => !SETTING_NAMES.includes(name) && !others.includes(name))).toEqual([])
  for (const [, name = ''] of guide.matchAll(/npm run ([a-z-]+)/g)) expect(scripts).toHaveProperty(name)
})

test.each(['README.md', 'docs/operating.md'])('%s leads to files that there are', (file) => {
  const links = [...read(file).matchAll(/\]\(([^)#:]+)(#[^)]*)?\)/g)].map(([, link]) => link!)
  const missing = links.filter((link) => !fs.existsSync(path.join(ROOT, path.dirname(file), link)))
  expect(missing).toEqual([])
})

test('the guide and its alerts are about figures that there are', async () => {
  measureProcess()
  const known = (await metrics().registry.getMetricsAsJSON()).map(({ name }) => name)
  const alerts = parse(read('docs/examples/alerts.yml')) as { groups: { rules: { expr: string }[] }[] }
  const expressions = alerts.groups.flatMap(({ rules }) => rules.map(({ expr }) => expr))
  expect(expressions.length).toBeGreaterThan(5)
  for (const text of [...expressions, guide])
    for (const [, name = ''] of text.matchAll(/\b((?:qrlogin|nodejs|process)_[a-z0-9_]+[a-z0-9])\b/g))
      expect(known).toContain(name.replace(/_(count|sum|bucket)$/, ''))
  const listed = [...guide.matchAll(/^\| `(qrlogin_\w+)` \|/gm)].map(([, name]) => name)
  expect(listed.sort()).toEqual(known.filter((name) => name.startsWith('qrlogin_')).sort())
})

test('Prometheus asks where the figures are', () => {
  const { scrape_configs: jobs } = parse(read('docs/examples/prometheus.yml')) as {
    scrape_configs: { job_name: string; metrics_path: string }[]
  }
  expect(jobs.map(({ metrics_path }) => metrics_path)).toEqual(['/api/metrics'])
})
