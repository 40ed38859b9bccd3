import { describe, expect, test } from 'vitest'
import { SettingsError, readSettings } from './env'
import { Name } from './names'
import { ProfileBody, RenameBody, SignUpBody } from './wire'

const isName = (name: string): boolean => Name.safeParse(name).success
const chars = (pattern: RegExp): string[] => {
  const found: string[] = []
  for (let point = 0; point <= 0x10ffff; point++) {
    const char = String.fromCodePoint(point)
    if (pattern.test(char)) found.push(char)
  }
  return found
}

describe('a name', () => {
  test.each([
    'Ada',
    'Ada Lovelace',
    '李白',
    'أمينة',
    'Nguyễn Thị Minh Khai',
    'O’Brien-Smith 3rd',
    'Ada’s phone 📱',
    'iPhone (2)',
    '๒ ธันวาคม',
    'מֹשֶׁה',
    'རྐྱེན་བསྒྲུབས',
    'ကျွန်ုပ် မြွှောင်',
    'ខ្មែរ',
  ])('may be %s', (name) => {
    expect(Name.parse(name)).toBe(name.normalize('NFC'))
  })

  test.each(['', '   ', '!', '…', '🔑', '\u0301\u0301'])(
    'holds a letter or digit, as %j does not',
    (name) => {
      expect(isName(name)).toBe(false)
    },
  )

  test('is stored composed, and with single spaces', () => {
    expect(Name.parse('  Zoe\u0308\u00a0\u2003 Saldaña ')).toBe('Zoë Saldaña')
    expect(Name.parse('李\u3000白')).toBe('李 白')
  })
})

describe('what nobody sees is refused', () => {
  test('every default-ignorable code point, control, line end and unassigned one, beside letters too', () => {
    const unseen = chars(/[\p{DI}\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
    expect(unseen.length).toBeGreaterThan(6_000)
    // At the ends, line ends and spaces are taken off.
    expect(unseen.filter((char) => isName(`A${char}b`))).toEqual([])
    for (const char of ['\uE000', '\u{F0000}', '\u{10FFFF}', '\uFFFF', '\u0378'])
      expect(isName(`A${char}b`)).toBe(false)
  })

  test.each([
    ['Hangul fillers', ['\u115F', '\u1160', '\u3164', '\uFFA0']],
    [
      'blank Braille, a blank hieroglyph, filler and notehead',
      ['\u2800', '\u{13441}', '\u{13442}', '\u{16FE4}', '\u{1D159}'],
    ],
    ['line and paragraph separators', ['\u2028', '\u2029']],
    ['a grapheme joiner, and the invisible vowels of Khmer', ['\u034F', '\u17B4', '\u17B5']],
    ['characters that turn the direction of the text', ['\u202E', '\u2066', '\u200F', '\u061C']],
  ])('%s', (_, blanks) => {
    for (const blank of blanks) {
      expect(isName(blank)).toBe(false)
      expect(isName(`${blank}${blank}`)).toBe(false)
      expect(isName(`Ada${blank}Lovelace`)).toBe(false)
    }
  })

  test.each([
    ['joiners between Latin letters', 'A\u200Dda'],
    ['non-joiners between Latin letters', 'A\u200Cda'],
    ['two joiners in a row', 'ශ්\u200D\u200Dරී'],
    ['a joiner behind nothing', 'Ada \u200D'],
    ['a variation selector behind a letter', 'A\uFE0Fda'],
    ['two behind an emoji', 'Ada ❤\uFE0F\uFE0F'],
    ['a joiner behind an emoji, before nothing', 'Ada 👩\u200D'],
    ['a variation selector of Han behind Latin', 'Ada\u{E0100}'],
    ['two behind Han', '葛\u{E0100}\u{E0101}'],
    [
      'words in the tags of a flag',
      `Ada \u{1F3F4}${[...'hidden'].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join('')}\u{E007F}`,
    ],
    ['tags without a flag', 'Ada \u{E0067}\u{E0062}\u{E007F}'],
  ])('%s', (_, name) => {
    expect(isName(name)).toBe(false)
  })

  test('a hundred thousand characters are refused as quickly as one', () => {
    // Each pattern goes over a name once: what backtracks would not come back from this.
    for (const part of ['👩\u200D', '\u200D', 'ශ්\u200D', 'e\u0301', '葛\u{E0100}', '#\uFE0F\u20E3'])
      expect(Name.safeParse(`${part.repeat(100_000 / part.length)}\u2028x`).error?.issues).toContainEqual(
        expect.objectContaining({ message: 'It holds characters that nobody sees.' }),
      )
  })
})

describe('what belongs to something seen is let through', () => {
  test.each([
    ['families, professions and skin', 'Ada 👨‍👩‍👧‍👦 👩🏽‍🚀 🧑🏻‍❤️‍💋‍🧑🏿 🧑‍🦰'],
    ['hearts, as symbols and as emoji', 'Ada ❤️ ❤︎ ❤'],
    ['flags', 'Ada 🇳🇱 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴󠁧󠁢󠁷󠁬󠁳󠁿 🏳️‍🌈 🏳️‍⚧️ 🏴‍☠️'],
    ['keycaps', 'Phone 1️⃣ #️⃣'],
    ['the newest joined emoji', 'Ada 🙂‍↔️ 🐦‍🔥 🐈‍⬛ ⛓️‍💥 🍋‍🟩'],
    ['a Sinhala name', 'ශ්\u200Dරී ප්\u200Dරියන්ත'],
    ['a Persian name', 'علی\u200Cرضا'],
    ['a Malayalam name in the older spelling', 'രാജന്\u200D'],
    ['a Marathi name', 'कुऱ्\u200Dहाडे'],
    ['a Japanese name with its own form of a character', '葛\u{E0100}城 渡邉\u{E0110}'],
    ['a Mongolian name', 'ᠭ\u180Bᠠ'],
  ])('%s', (_, name) => {
    expect(Name.parse(name)).toBe(name.normalize('NFC'))
  })
})

describe('marks', () => {
  test('may be four on one letter, and no tower', () => {
    const marks = (count: number) => 'q' + '\u0323\u0331\u0301\u0308\u030A\u0306'.slice(0, count) + 'a'
    expect(isName(marks(4))).toBe(true)
    expect(isName(marks(5))).toBe(false)
    expect(isName('Z' + '\u0350\u035B\u0314'.repeat(20))).toBe(false)
    expect(isName('ا' + '\u064E\u200D'.repeat(5))).toBe(false)
    expect(isName('a' + '\u20DD'.repeat(5))).toBe(false)
  })
})

test('is one rule for accounts, devices and the site', () => {
  const set = (name: string) => () =>
    readSettings({ APP_NAME: name, AUTH_SECRET: 'x'.repeat(32), DATABASE_URL: 'postgresql://u@localhost/db' })
  for (const name of ['\u3164', 'Ada\u2028', 'A\u200Bb', 'Z' + '\u0351'.repeat(9)].map((bad) => `x${bad}x`)) {
    for (const body of [SignUpBody.shape.name, ProfileBody.shape.name, RenameBody.shape.name])
      expect(body.safeParse(name).success).toBe(false)
    expect(set(name)).toThrow(SettingsError)
  }
  expect(set(' Ada  & Co ')().appName).toBe('Ada & Co')
  expect(set('x'.repeat(41))).toThrow(/APP_NAME.*40 characters/)
  expect(RenameBody.parse({ name: '' })).toEqual({ name: '' })
  expect(RenameBody.safeParse({ name: 'x'.repeat(61) }).success).toBe(false)
})
