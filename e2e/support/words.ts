/** The app's own words, so that a test says which words it waits for and not how they read today. */
import en from '../../lib/i18n/en.json' with { type: 'json' }
import zh from '../../lib/i18n/zh.json' with { type: 'json' }

export type Words = typeof en

export const messages: Words = en
export const inEnglish = { locale: 'en-GB', words: en }
export const inChinese = { locale: 'zh-CN', words: zh as Words }

/** A message with its simple placeholders filled in. */
export const say = (message: string, values: Record<string, string>): string =>
  message.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
