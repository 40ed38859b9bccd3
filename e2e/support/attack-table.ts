/**
 * A reporter that gathers what the attacks came to. When all of them ran, it compares that with SECURITY.md, and fails
 * the run where they differ; with ATTACK_TABLE=write it writes the table instead.
 */
import fs from 'node:fs'
import path from 'node:path'
import type { FullConfig, FullResult, Reporter, Suite, TestCase, TestResult } from '@playwright/test/reporter'
import { readTable, writeTable } from '../../scripts/tables'
import { ATTACKS, POLICIES, type Attack, type Policy } from '../attacks/catalogue'
import { ATTACK, type Observation } from './attacks'

const FOLDER = path.join(import.meta.dirname, '..', 'attacks')
/** What leaves out some of a file's tests. */
const NARROWING = /^(-g|-G|--grep|--grep-invert|--last-failed|--only-changed|--shard)\b|:\d+$/
const NAMES = Object.keys(ATTACKS) as Attack[]

const isAttack = (test: TestCase): boolean => path.dirname(test.location.file) === FOLDER

export default class AttackTable implements Reporter {
  readonly #seen = new Map<Attack, Map<Policy, Set<string>>>()
  /** Have not passed yet. */
  #left = new Set<string>()
  #whole = false

  onBegin(config: FullConfig, suite: Suite): void {
    const tests = suite.allTests().filter(isAttack)
    this.#left = new Set(tests.map(({ id }) => id))
    const files = new Set(tests.map(({ location }) => path.basename(location.file)))
    const all = fs.readdirSync(FOLDER).filter((name) => name.endsWith('.spec.ts'))
    this.#whole = all.every((name) => files.has(name)) && !config.argv.some((word) => NARROWING.test(word))
  }

  onTestEnd(test: TestCase, { status, annotations }: TestResult): void {
    if (status === 'passed') this.#left.delete(test.id)
    for (const { type, description } of annotations)
      if (type === ATTACK) this.#note(JSON.parse(description ?? '') as Observation)
  }

  #note({ attack, policies, outcome }: Observation): void {
    const outcomes = this.#seen.get(attack) ?? new Map<Policy, Set<string>>()
    for (const policy of policies)
      outcomes.set(policy, (outcomes.get(policy) ?? new Set<string>()).add(outcome))
    this.#seen.set(attack, outcomes)
  }

  async onEnd({ status }: FullResult): Promise<{ status: FullResult['status'] } | void> {
    const isComplete = this.#whole && this.#left.size === 0
    if (!isComplete) return
    const table = this.#table()
    if (process.env.ATTACK_TABLE === 'write') return writeTable('attacks', table)
    if (table === readTable('attacks')) return
    process.stderr.write(difference(readTable('attacks'), table))
    return { status: status === 'passed' ? 'failed' : status }
  }

  #table(): string {
    const cell = (attack: Attack, policy: Policy) =>
      [...(this.#seen.get(attack)?.get(policy) ?? ['not tried'])].sort().join(', or ')
    return [
      `| attack | stopped by | ${POLICIES.map((policy) => `\`${policy}\``).join(' | ')} |`,
      '|---|---|---|---|---|',
      ...NAMES.map((attack) =>
        [...ATTACKS[attack], ...POLICIES.map((policy) => cell(attack, policy))].join(' | '),
      ).map((row) => `| ${row} |`),
    ].join('\n')
  }

  printsToStdio(): boolean {
    return false
  }
}

function difference(before: string, after: string): string {
  const [old, seen] = [before.split('\n'), after.split('\n')]
  return [
    '\nThe table of attacks in SECURITY.md is not what was seen. Where that is right:',
    '  ATTACK_TABLE=write npx playwright test e2e/attacks',
    ...old.filter((line) => !seen.includes(line)).map((line) => `- ${line}`),
    ...seen.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
    '',
  ].join('\n')
}
