/** The code that is typed by hand, as XXXX-XXXX. Pure. */

const LETTERS = 8
const GROUP = 4

/** What is typed or pasted, in the form in which the computer shows it. */
export function formatUserCode(text: string): string {
  const letters = text
    .toUpperCase()
    .replace(/[^A-Z]/g, '')
    .slice(0, LETTERS)
  return letters.length > GROUP ? `${letters.slice(0, GROUP)}-${letters.slice(GROUP)}` : letters
}

/** Where the caret belongs in the formatted text, so that it stays behind the same letter. */
export function caretIn(formatted: string, lettersBefore: number): number {
  const hyphen = formatted.length > GROUP && lettersBefore > GROUP ? 1 : 0
  return Math.min(formatted.length, lettersBefore + hyphen)
}
