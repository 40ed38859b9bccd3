/**
 * Who may import what: app → components → the pure files of lib; app → lib/http and lib/auth → the rest of lib.
 * Tests are left out: they may reach for anything.
 */

/** Pure files of lib, which run in a browser as well. */
const PURE = '^lib/(wire|names|errors|login/state)\\.ts$'
/** The files of lib that know of Next and React; the others stay beneath them. */
const WEB = '^lib/(http/|auth\\.ts|i18n/)'

const npm = (...names) => `(^|/)node_modules/(${names.join('|')})/`
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    rule('no-circle', 'Files that need each other are one file, or lack a third.', {}, { circular: true }),
    rule('no-dead-import', 'What is imported must be there.', {}, { couldNotResolve: true }),

    rule(
      'app-is-the-top',
      'Nothing imports app, but the server, which calls its handlers.',
      { pathNot: '^(app|server)/' },
      { path: '^app/' },
    ),
    rule(
      'lib-is-below',
      'lib imports no components and no server.',
      { path: '^lib/' },
      { path: '^(components|server)/' },
    ),
    rule(
      'components-are-for-browsers',
      'Components import the pure files of lib, and otherwise only types.',
      { path: '^components/' },
      { path: '^(lib|server)/', pathNot: PURE, dependencyTypesNot: ['type-only'] },
    ),

    rule(
      'lib-without-next',
      'Below lib/http, lib/auth and lib/i18n nothing knows of Next or React.',
      { path: '^lib/', pathNot: WEB },
      { path: npm('next', 'next-intl', 'next-themes', 'react', 'react-dom', 'swr') },
    ),
    rule(
      'lib-below-web',
      'The core knows nothing of what stands above it.',
      { path: '^lib/', pathNot: WEB },
      { path: WEB },
    ),
    rule(
      'next-auth-in-one-place',
      'next-auth is behind lib/auth.ts and lib/http; its browser half may be used by components.',
      { path: '^(app|components|lib|server)/', pathNot: '^(lib/auth\\.ts|lib/http/|app/api/auth/)' },
      { path: npm('next-auth'), pathNot: 'next-auth/react' },
    ),

    rule(
      'pure-files',
      'The state table, the tokens, the names and the messages import at most the errors, and messages the names.',
      { path: '^lib/(login/state|tokens|names|wire)\\.ts$' },
      { path: '^lib/', pathNot: '^lib/(errors|names)\\.ts$', dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'pure-codes',
      'Codes are arithmetic with keys.',
      { path: '^lib/login/code\\.ts$' },
      { path: '^lib/', pathNot: '^lib/(errors|keys|tokens)\\.ts$', dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'one-database-door',
      'Only lib/db, lib/migrations and lib/sql.ts reach the databases; others may import types of the Prisma client.',
      { pathNot: '^lib/((db|migrations|generated)/|sql\\.ts$)' },
      { path: `${npm('@prisma', 'better-sqlite3')}|^lib/generated/`, dependencyTypesNot: ['type-only'] },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules|^lib/generated/' },
    exclude: { path: '\\.test\\.tsx?$|^lib/testing/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
