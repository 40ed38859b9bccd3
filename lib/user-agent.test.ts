import { expect, test } from 'vitest'
import { parseUserAgent } from './user-agent'

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'
const FIREFOX = 'Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0'

test.each([
  [CHROME, { kind: 'desktop', browser: 'Chrome', system: 'Windows' }],
  [SAFARI, { kind: 'phone', browser: 'Safari', system: 'iOS' }],
  [FIREFOX, { kind: 'phone', browser: 'Firefox', system: 'Android' }],
])('knows %s', (header, agent) => {
  expect(parseUserAgent(header)).toEqual(agent)
})

test.each([null, '', '<script>alert(1)</script>', 'Your bank/1.0 (please approve)', 'x'.repeat(600)])(
  'prints nothing of %s',
  (header) => {
    expect(parseUserAgent(header)).toMatchObject({ browser: null, system: null })
  },
)
