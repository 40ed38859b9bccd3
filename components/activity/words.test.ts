import { createTranslator } from 'next-intl'
import { describe, expect, test } from 'vitest'
import { ACTIVITY_TYPES } from '@/lib/activity'
import en from '@/lib/i18n/en.json'
import zh from '@/lib/i18n/zh.json'
import { REASONS } from '@/lib/wire'
import { entryText, outcomeOf } from './words'

/** What entries note beside their type. */
const DETAILS: Partial<Record<(typeof ACTIVITY_TYPES)[number], string[]>> = {
  session_created: ['password', 'qr'],
  session_ended: ['signed_out', 'revoked', 'replaced', 'password_changed', 'disabled', 'reported'],
  login_rejected: [...REASONS],
  password_changed: ['operator', 'link'],
}

describe.each([
  ['en', en],
  ['zh', zh],
] as const)('in %s', (locale, messages) => {
  const t = createTranslator({
    locale,
    messages,
    namespace: 'activity',
    onError: (error) => {
      throw error
    },
  }) as Parameters<typeof entryText>[2]
  const said = (type: string, detail: string | null, count = 1) =>
    entryText({ type, detail, count }, 'Chrome', t)

  test.each(ACTIVITY_TYPES)('%s has words', (type) => {
    for (const detail of [null, ...(DETAILS[type] ?? [])]) {
      const text = said(type, detail)
      expect(text).not.toMatch(/[{}_]/)
      expect(text.length).toBeGreaterThan(3)
    }
  })

  test('each reason has words of its own', () => {
    const texts = REASONS.map((reason) => said('login_rejected', reason))
    expect(new Set([...texts, said('login_rejected', null)]).size).toBe(REASONS.length + 1)
  })

  test.each(['sign_in_failed', 'password_failed', 'password_forgotten', 'sign_up_repeated'])(
    '%s says how often',
    (type) => {
      expect(said(type, null)).not.toMatch(/\d/)
      expect(said(type, null, 7)).toContain('7')
    },
  )

  test('a sign-in is told by how it was made', () => {
    expect(said('session_created', 'qr')).not.toBe(said('session_created', 'password'))
  })
})

test('what did not simply happen is marked', () => {
  expect(outcomeOf('session_created')).toBe('done')
  expect(outcomeOf('login_rejected')).toBe('stopped')
  expect(outcomeOf('login_blocked')).toBe('refused')
  expect(outcomeOf('constructor')).toBe('done')
})
