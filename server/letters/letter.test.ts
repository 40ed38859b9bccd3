import { describe, expect, test } from 'vitest'
import type { Facts } from '../../lib/notify/facts'
import { LINK_SECONDS } from '../../lib/notify/notice'
import { writeLetter } from './letter'

const ID = 'A'.repeat(22)
const TOKEN = `${ID}.${'B'.repeat(43)}`
const SITE = { appUrl: 'https://login.example:8443', appName: 'QR Login' }
const AT = new Date('2026-03-01T13:05:00Z')

const FACTS: Facts = {
  email: 'ada@example.org',
  locale: 'en',
  signIn: {
    device: { name: null, kind: 'desktop', browser: 'Chrome', system: 'Windows' },
    approvedBy: { name: 'Ada’s phone', kind: 'phone', browser: 'Safari', system: 'iOS' },
    method: 'qr',
    address: '203.0.113.7',
    place: { city: { en: 'Utrecht', zh: '乌得勒支' }, country: 'NL' },
  },
}

const write = (type: string, facts: Partial<Facts> = {}, site = SITE) =>
  writeLetter(
    { id: ID, type, createdAt: AT },
    { ...FACTS, signIn: type === 'session_created' ? FACTS.signIn : null, ...facts },
    'ada@example.org',
    TOKEN,
    site,
  )

describe('the letter about a sign-in', () => {
  test('says what is known of it, in English', () => {
    const { subject, text } = write('session_created')
    expect(subject).toBe('New sign-in to QR Login: Chrome on Windows')
    expect(text).toContain(
      [
        'Account: ada@example.org',
        'Device: Chrome on Windows',
        'Place: Utrecht, Netherlands (approximate)',
        'Address: 203.0.113.7',
        'Time: March 1, 2026 at 13:05 UTC',
        'How: by scanning a code',
        'Approved by: Ada’s phone (Safari on iOS)',
      ].join('\n'),
    )
    expect(text).toContain(`This wasn't me:\nhttps://login.example:8443/not-me#${TOKEN}\n`)
  })

  test('says so in Chinese', () => {
    const { subject, text, html } = write('session_created', { locale: 'zh' })
    expect(subject).toBe('QR Login 新的登录：Windows 上的 Chrome')
    expect(text).toContain('位置：荷兰乌得勒支（大致位置）\n地址：203.0.113.7')
    expect(text).toContain('时间：2026年3月1日 13:05（UTC）')
    expect(text).toContain('不是我：\nhttps://login.example:8443/not-me#')
    expect(html).toContain('<html lang="zh" dir="ltr">')
  })

  test('says so where next to nothing is known', () => {
    const signIn = {
      device: { name: null, kind: 'other', browser: null, system: null },
      approvedBy: null,
      method: 'password',
      address: null,
      place: null,
    } as const
    const { text } = write('session_created', { signIn })
    expect(text).toContain('Device: Unknown device\nPlace: could not be determined\n')
    expect(text).not.toContain('Approved by')
  })
})

test.each([
  ['confirm_email', 'en', 'Confirm your email for QR Login', `/confirm-email#${TOKEN}`],
  ['confirm_email', 'zh', '请验证你在 QR Login 的邮箱', `/confirm-email#${TOKEN}`],
  ['reset_password', 'en', 'Set a new password for QR Login', `/reset-password#${TOKEN}`],
  ['reset_password', 'zh', '设置你在 QR Login 的新密码', `/reset-password#${TOKEN}`],
  ['password_changed', 'en', 'Your password at QR Login was changed', '/forgot-password'],
  ['password_changed', 'zh', '你在 QR Login 的密码已更改', '/forgot-password'],
])('the letter %s in %s has its words and its link', (type, locale, subject, path) => {
  const letter = write(type, { locale })
  expect(letter.subject).toBe(subject)
  expect(letter.text).toContain(`\nhttps://login.example:8443${path}\n`)
  expect(letter.html).toContain(`href="https://login.example:8443${path}"`)
  expect(letter.text).toContain('ada@example.org')
  expect(letter.id).toBe(`${ID}@login.example`)
})

test('what people and browsers name themselves is text, not markup', () => {
  const name = `"><img src=x onerror='alert(1)'>&amp;`
  const device = { name, kind: 'desktop', browser: 'Chrome', system: 'Windows' } as const
  const { html, text, subject } = write(
    'session_created',
    { signIn: { ...FACTS.signIn!, device, approvedBy: device } },
    { ...SITE, appName: '<script>' },
  )
  expect(html).not.toMatch(/<(img|script)/)
  expect(html).toContain(
    '&#34;&#62;&#60;img src=x onerror=&#39;alert(1)&#39;&#62;&#38;amp; (Chrome on Windows)',
  )
  expect(text).toContain(name)
  expect(subject).toContain(name)
})

test('letters load nothing from anywhere', () => {
  for (const type of Object.keys(LINK_SECONDS)) {
    const { html } = write(type)
    expect(html).not.toMatch(/<(img|link|script|style|iframe)|url\(|src=/)
    expect([...html.matchAll(/https?:\/\/[^"<\s]+/g)].every(([url]) => url.startsWith(SITE.appUrl))).toBe(
      true,
    )
  }
})

test('the words say how long a link is good', () => {
  expect(LINK_SECONDS).toEqual({
    session_created: 7 * 86_400,
    password_changed: null,
    confirm_email: 24 * 3_600,
    reset_password: 30 * 60,
  })
  expect(write('session_created').text).toContain('7 days')
  expect(write('confirm_email').text).toContain('24 hours')
  expect(write('reset_password').text).toContain('30 minutes')
})
