import { expect, test } from 'vitest'
import { ownPath } from './own-code'

const APP = 'https://app.example.org'
const PATH = `/scan/${'a'.repeat(22)}.${'b'.repeat(11)}`

test('a code of this site gives its path', () => {
  expect(ownPath(APP + PATH, APP)).toBe(PATH)
})

test.each([
  ['another site', `https://evil.example${PATH}`],
  ['a host that begins like ours', `${APP}.evil.example${PATH}`],
  ['our address as a user name', `${APP}@evil.example${PATH}`],
  ['plain http', `http://app.example.org${PATH}`],
  ['another page', `${APP}/sessions`],
  ['a code that is too long', `${APP}${PATH}b`],
  ['something behind it', `${APP}${PATH}?next=/`],
  ['a line break behind it', `${APP}${PATH}\n`],
  ['no address at all', 'WIFI:S:home;;'],
])('%s is refused', (_what, text) => {
  expect(ownPath(text, APP)).toBeNull()
})
