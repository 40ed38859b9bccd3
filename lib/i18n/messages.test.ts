import { createTranslator } from 'next-intl'
import { describe, expect, test } from 'vitest'
import { ERRORS } from '../errors'
import { DEVICE_KINDS, REASONS } from '../wire'
import en from './en.json'
import zh from './zh.json'

type Tree = { [key: string]: string | Tree }

function flatten(tree: Tree, prefix = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[prefix + key, value] as [string, string]]
      : flatten(value, `${prefix}${key}.`),
  )
}

/** Names of arguments and tags in an ICU message, without what stands inside a plural's branches. */
function parameters(message: string): string[] {
  const names = [...message.matchAll(/\{(\w+)[,}]|<(\w+)>/g)].map((match) => match[1] ?? match[2] ?? '')
  return [...new Set(names)].sort()
}

describe('messages', () => {
  test('both languages have the same keys', () => {
    expect(flatten(zh).map(([key]) => key)).toEqual(flatten(en).map(([key]) => key))
  })

  test('no message is empty', () => {
    for (const [key, message] of [...flatten(en), ...flatten(zh)]) expect(message.trim(), key).not.toBe('')
  })

  test('Chinese stands beside full-width punctuation alone', () => {
    for (const [key, message] of flatten(zh))
      expect(message, key).not.toMatch(/\p{Script=Han}[,;:!?()]|[,;:!?()]\p{Script=Han}/u)
  })

  test('a message takes the same arguments in both languages', () => {
    const chinese = new Map(flatten(zh))
    for (const [key, message] of flatten(en))
      expect(parameters(chinese.get(key) ?? ''), key).toEqual(parameters(message))
  })

  test.each([
    ['en', en],
    ['zh', zh],
  ] as const)('every message of %s can be formatted', (locale, messages) => {
    const values = {
      minutes: 1,
      seconds: 5,
      count: 2,
      min: 10,
      number: 47,
      tries: 2,
      days: 180,
      code: () => 'x',
      address: () => 'x',
      moment: () => 'x',
    }
    const words = ['app', 'name', 'email', 'when', 'device', 'browser', 'system', 'place', 'detail']
    const t = createTranslator({
      locale,
      messages: messages as Tree,
      onError: (error) => {
        throw error
      },
    }) as unknown as {
      (key: string, values: object): string
      rich: (key: string, values: object) => unknown
    }
    for (const [key, message] of flatten(messages)) {
      const text = message.includes('<')
        ? t.rich(key, { ...values })
        : t(key, {
            ...values,
            address: 'x',
            ...Object.fromEntries(words.map((word) => [word, word])),
          } as never)
      expect(text, key).toBeTruthy()
    }
  })

  test('every error code, reason and kind of device has words', () => {
    expect(Object.keys(en.errors)).toEqual(expect.arrayContaining(Object.keys(ERRORS)))
    expect(Object.keys(en.login.rejected)).toEqual(expect.arrayContaining([...REASONS]))
    expect(Object.keys(en.scan.end)).toEqual(expect.arrayContaining([...REASONS]))
    expect(Object.keys(en.device)).toEqual(expect.arrayContaining([...DEVICE_KINDS]))
  })
})
