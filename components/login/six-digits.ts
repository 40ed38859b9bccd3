/** The one-time code as it is typed or pasted. Pure. */

export const DIGITS = 6

/** The digits of what was typed, as many as a code has; wide ones, as Chinese keyboards write them, are digits too. */
export const digitsOf = (text: string): string => text.normalize('NFKC').replace(/\D/g, '').slice(0, DIGITS)
