/** `path` with where to go afterwards, which is left out where that is the start. */
export function withNext(path: string, next: string): string {
  return next === '/' ? path : `${path}?next=${encodeURIComponent(next)}`
}

/** A page's query, as Next hands it over; a parameter given twice counts as its first. */
export type Query = Promise<Record<string, string | string[] | undefined>>

export async function nextParam(query: Query): Promise<string | undefined> {
  const { next } = await query
  return Array.isArray(next) ? next[0] : next
}
