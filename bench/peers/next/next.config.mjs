import path from 'node:path'

export default {
  poweredByHeader: false,
  serverExternalPackages: ['better-sqlite3'],
  // Packages are the bench's own and, above it, the app's.
  turbopack: { root: path.resolve('../../..') },
  outputFileTracingRoot: path.resolve('../../..'),
}
