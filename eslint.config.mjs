import nextVitals from 'eslint-config-next/core-web-vitals'
import nextTypeScript from 'eslint-config-next/typescript'

// Who may import what stands in .dependency-cruiser.cjs; here stands who may use what.

const readsEnvironment = {
  // process.env.NODE_ENV is the build's, and may be read anywhere.
  selector:
    'MemberExpression[object.name="process"][property.name="env"]:not(MemberExpression[property.name="NODE_ENV"] > *)',
  message: 'Settings are read by lib/env.ts alone: use settings().',
}

const makesPrismaClient = {
  selector: 'NewExpression[callee.name="PrismaClient"]',
  message: 'lib/db/ makes the Prisma clients, one that reads and one that writes: use db().',
}

const linksPastOurs = {
  name: 'next/link',
  message: 'The page with the camera has to be loaded: use components/ui/link.',
}

const config = [
  {
    ignores: [
      '.next/',
      'data/',
      'lib/generated/',
      'next-env.d.ts',
      'playwright-report/',
      'test-results/',
      'bench/',
    ],
  },
  ...nextVitals,
  ...nextTypeScript,
  {
    rules: {
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      'no-restricted-syntax': ['error', readsEnvironment, makesPrismaClient],
      'no-restricted-imports': ['error', linksPastOurs],
    },
  },
  { files: ['components/ui/link.tsx'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: [
      'lib/env.ts',
      'server/main.ts',
      'scripts/**',
      'e2e/**',
      'lib/testing/**',
      '**/*.test.*',
      '*.config.*',
    ],
    rules: { 'no-restricted-syntax': ['error', makesPrismaClient] },
  },
  { files: ['*.config.*'], rules: { 'import/no-anonymous-default-export': 'off' } },
  { files: ['lib/db/*.ts'], rules: { 'no-restricted-syntax': ['error', readsEnvironment] } },
]

export default config
