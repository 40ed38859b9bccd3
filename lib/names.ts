/**
 * Names that people give: to an account, to a device, to the site. Whoever reads one sees all of it, and it stays in its
 * line. Pure.
 */
import { z } from 'zod'

/** Characters that show nothing: controls, what is unassigned, line ends, and letters, marks and symbols that are blank. */
const UNSEEN = /[\p{C}\p{DI}\p{Zl}\p{Zp}\u2800\u{13441}\u{13442}\u{16FE4}\u{1D159}]/u

/** Tags, which would hide any text in a flag, stand only in the three flags that keyboards have. */
const FLAGS = ['gbeng', 'gbsct', 'gbwls'].map((region) => {
  const tags = [...region].map((letter) => String.fromCodePoint(0xe0000 + letter.codePointAt(0)!))
  return `\u{1F3F4}${tags.join('')}\u{E007F}`
})

/** Scripts in which a joiner decides how the letter before it is written. */
const JOINING =
  'Arabic Bengali Devanagari Gujarati Gurmukhi Kannada Khmer Malayalam Myanmar Oriya Sinhala Syriac Tamil Telugu'
    .split(' ')
    .map((script) => `\\p{Script=${script}}`)
    .join('')

/**
 * Where unseen characters belong to what is seen, as keyboards write them: in emoji (UTS #51 §1.4.9), after letters of
 * scripts that need joiners (RFC 5892 §A.1 and §A.2), and where they choose a letter's form, as in Japanese names
 * (UTS #37) and Mongolian.
 */
const SEQUENCES = new RegExp(
  [
    ...FLAGS,
    '[0-9#*]\\uFE0F\\u20E3',
    '\\p{ExtPict}(?:[\\uFE0E\\uFE0F]|\\p{EMod})?(?:\\u200D\\p{ExtPict}(?:\\uFE0F|\\p{EMod})?)*',
    `[${JOINING}][\\u200C\\u200D]`,
    '\\p{Script=Han}[\\u{E0100}-\\u{E01EF}]',
    '\\p{Script=Mongolian}[\\u180B-\\u180F]',
  ].join('|'),
  'gu',
)

/** Marks that stand above and below one letter: no language needs more than four, and many would cover other lines. */
const STACK = /(?:[\p{Mn}\p{Me}][\u200C\u200D]?){5}/u

const isSeen = (name: string): boolean => !UNSEEN.test(name.replace(SEQUENCES, '')) && !STACK.test(name)

/** A name, composed (NFC) and with single spaces. It holds a letter or digit, so that it can be said. */
export const Name = z
  .string()
  .trim()
  .normalize('NFC')
  .overwrite((name) => name.replace(/\p{Zs}+/gu, ' '))
  .min(1)
  .max(80)
  .regex(/[\p{L}\p{N}]/u)
  .refine(isSeen, { error: 'It holds characters that nobody sees.' })
