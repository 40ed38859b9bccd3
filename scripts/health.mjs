// `npm run health`: asks the server on this machine whether it lives, as containers do. Exit code 1: it doesn't.
const { HOST, PORT } = process.env
const isAnywhere = !HOST || HOST === '0.0.0.0' || HOST === '::'
const host = isAnywhere ? '127.0.0.1' : HOST.includes(':') ? `[${HOST}]` : HOST

const response = await fetch(`http://${host}:${PORT || 3000}/api/health/live`, {
  signal: AbortSignal.timeout(4_000),
}).catch(() => null)
process.exitCode = response?.ok ? 0 : 1
