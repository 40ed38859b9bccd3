/** The schema for PostgreSQL, made from the one for SQLite: Prisma wants the engine's name in the file. */
const REPLACED = [
  ['provider = "sqlite"', 'provider = "postgresql"'],
  ['"../lib/generated/prisma"', '"../../lib/generated/postgresql"'],
] as const

/** The twin's text. */
export function twinOf(schema: string): string {
  const head = '// Made from ../schema.prisma by `npm run migration`: change that one.\n'
  return REPLACED.reduce((text, [ours, theirs]) => {
    if (!text.includes(ours)) throw new Error(`prisma/schema.prisma lacks ${ours}`)
    return text.replace(ours, theirs)
  }, head + schema)
}
