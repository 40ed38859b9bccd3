import { expect, test } from 'vitest'
import { pickLocale } from './locale'

test('the cookie wins over the browser', () => {
  expect(pickLocale('zh', 'en-GB')).toBe('zh')
})

test('a cookie that names no language of ours is ignored', () => {
  expect(pickLocale('xx', 'zh-CN,zh;q=0.9')).toBe('zh')
})

test.each([
  ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
  ['en;q=0.5, zh-Hans;q=0.9', 'zh'],
  ['fr, en;q=0.3', 'en'],
  ['zh;q=0, en;q=0.1', 'en'],
  ['fr', 'en'],
  ['', 'en'],
  [null, 'en'],
] as const)('Accept-Language %s gives %s', (accept, locale) => {
  expect(pickLocale(undefined, accept)).toBe(locale)
})
