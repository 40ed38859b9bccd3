/**
 * The scan token of an approval whose code is owed, for when this tab is loaded again: phones do that by themselves.
 * It approves nothing any more, only tells the same code again and takes the approval back.
 */

const keyOf = (id: string) => `owed ${id}`

export function keepOwed(id: string, scanToken: string): void {
  try {
    sessionStorage.setItem(keyOf(id), scanToken)
  } catch {
    // Without storage, the code lasts as long as the page.
  }
}

export function owedToken(id: string): string | null {
  try {
    return sessionStorage.getItem(keyOf(id))
  } catch {
    return null
  }
}

export function forgetOwed(id: string): void {
  try {
    sessionStorage.removeItem(keyOf(id))
  } catch {
    // Nothing was kept.
  }
}
