/**
 * `npm run assess`: which mitigations of BCP 247 §6.1 the settings of this environment leave on. Exit code 1 where
 * nothing has to be proven, 2 where the settings can't be read.
 *   npm run assess -- --write      writes what the default settings come to into SECURITY.md
 */
import { parseArgs } from 'node:util'
import { asMarkdown, assess, asText } from '../lib/assess'
import { readSettings } from '../lib/env'
import { writeTable } from './tables'

function main(): void {
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } })
  const { DATA_DIR } = process.env
  if (values.write) return writeTable('assess', asMarkdown(assess(readSettings({ DATA_DIR }))))
  const settings = readSettings(process.env)
  process.stdout.write(`${asText(assess(settings))}\n`)
  if (settings.proofPolicy === 'off') {
    process.stderr.write('\nPROOF_POLICY is off: whoever relays a live code is let in by one tap.\n')
    process.exitCode = 1
  }
}

try {
  main()
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 2
}
