/** Which codes the camera page follows: this site's own, to the letter. Pure. */

const PATH = /^\/scan\/[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{11}$/

/** The path of a sign-in code of this site; null for whatever else a camera may see. */
export function ownPath(text: string, appUrl: string): string | null {
  if (!text.startsWith(appUrl)) return null
  const path = text.slice(appUrl.length)
  return PATH.test(path) ? path : null
}
