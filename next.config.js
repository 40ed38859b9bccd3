import os from 'node:os'
import createNextIntlPlugin from 'next-intl/plugin'

const withNextIntl = createNextIntlPlugin('./lib/i18n/request.ts')

/** @type {import('next').NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  images: { unoptimized: true },
  // The development server would log the code that a phone's address carries.
  logging: { incomingRequests: false },
  // `npm run validate` checks types and lint; building them twice would only slow the first start.
  typescript: { ignoreBuildErrors: true },
  // A phone on the same network may use the development server as well.
  allowedDevOrigins: Object.values(os.networkInterfaces()).flatMap((list) =>
    list.map((item) => item.address),
  ),
  serverExternalPackages: [
    'better-sqlite3',
    '@prisma/client',
    '@prisma/adapter-better-sqlite3',
    '@node-rs/argon2',
    'pino',
    'next-auth',
  ],
}

export default withNextIntl(config)
