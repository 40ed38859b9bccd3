import { createTranslator } from 'next-intl'
import { expect, test } from 'vitest'
import messages from '@/lib/i18n/en.json'
import { addressText } from './address'

const t = createTranslator({ locale: 'en', messages, namespace: 'device' })

test.each(['::1', '127.0.0.1', '127.3.2.1', '::ffff:127.0.0.1'])('%s is put into words', (address) => {
  expect(addressText(address, t)).toBe(`This server's own computer (${address})`)
})

test.each(['1.2.7.1', '128.0.0.1', '::2', 'fe80::1', '2001:db8::1', '10.127.0.0'])('%s stays', (address) => {
  expect(addressText(address, t)).toBe(address)
})
