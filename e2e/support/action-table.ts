/**
 * A reporter that gathers what sign-ins cost their people. Where all of them ran, it compares that with README.md, and
 * fails the run where they differ; with ACTION_TABLE=write it writes the table instead.
 */
import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter'
import { readTable, writeTable } from '../../scripts/tables'

export const ACTIONS = 'actions'
export type Risk = 'low' | 'medium' | 'high'

const MEANT: Record<Risk, [what: string, phone: string, desktop: string]> = {
  low: ['a browser in which the account was before', 'Approve', ''],
  medium: ['any other browser', 'the number that it shows', ''],
  high: ['another country, two wrong numbers, or a report', 'the number', 'the code that the phone shows'],
}

interface Cost {
  risk: Risk
  phone: number
  desktop: number
}

export default class ActionTable implements Reporter {
  readonly #costs = new Map<Risk, Cost>()

  onTestEnd(_: TestCase, { status, annotations }: TestResult): void {
    if (status !== 'passed') return
    for (const { type, description } of annotations) {
      if (type !== ACTIONS) continue
      const cost = JSON.parse(description ?? '') as Cost
      this.#costs.set(cost.risk, cost)
    }
  }

  async onEnd({ status }: FullResult): Promise<{ status: FullResult['status'] } | void> {
    if (this.#costs.size < Object.keys(MEANT).length) return
    const table = this.#table()
    if (process.env.ACTION_TABLE === 'write') return writeTable('actions', table)
    if (table === readTable('actions')) return
    process.stderr.write(`\nThe table of actions in README.md is not what was counted:\n${table}\n`)
    return { status: status === 'passed' ? 'failed' : status }
  }

  #table(): string {
    const rows = (Object.keys(MEANT) as Risk[]).map((risk) => {
      const [what, ...words] = MEANT[risk]
      const { phone, desktop } = this.#costs.get(risk)!
      const [tapped, typed] = [phone, desktop].map((count, side) => `${count} ${words[side]}`.trim())
      return `| ${risk} | ${what} | ${tapped} | ${typed} | ${phone + desktop} |`
    })
    const head = '| risk | the computer is | taps on the phone | fields on the computer | in all |'
    return [head, '|---|---|---|---|---|', ...rows].join('\n')
  }

  printsToStdio(): boolean {
    return false
  }
}
