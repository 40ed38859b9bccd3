/**
 * What no page may do, whatever the test is about: write an error to the console (that includes every violation of
 * the content security policy), throw, or ask another origin for anything.
 */
import { expect, type BrowserContext } from '@playwright/test'

export class Trouble {
  readonly #seen: string[] = []
  readonly #expected: RegExp[] = []

  /** Opts out of one kind of trouble that the test brings about; matched against `text @ path`. */
  expect(...patterns: RegExp[]): void {
    this.#expected.push(...patterns)
  }

  watch(context: BrowserContext, origin: string): void {
    context.on('console', (message) => {
      if (message.type() !== 'error') return
      this.#seen.push(`${message.text()} @ ${message.location().url.replace(origin, '')}`)
    })
    context.on('weberror', (error) => this.#seen.push(`uncaught ${String(error.error().stack)}`))
    context.on('request', (request) => {
      const url = new URL(request.url())
      if (/^(https?|wss?):$/.test(url.protocol) && url.origin !== origin)
        this.#seen.push(`request to another origin @ ${request.url()}`)
    })
  }

  assertNone(): void {
    const unexpected = this.#seen.filter((one) => !this.#expected.some((pattern) => pattern.test(one)))
    expect(unexpected, 'trouble on a page').toEqual([])
  }
}
