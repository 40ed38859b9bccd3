// `npm start`: from a fresh clone to a running app in one command; the second time nothing is built again.
//   --dev          serves in development mode, without a build
//   --build-only   does everything but serving
// Runs before anything is installed: Node's own modules only.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { build, checkNode, generate, install, isBuilt, prepare, Problem, root, stopTools } from './steps.mjs'

const started = Date.now()
const dev = process.argv.includes('--dev')
const buildOnly = process.argv.includes('--build-only')
const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }

function checkDataFolder() {
  // As lib/env.ts has it.
  if (process.env.DATABASE_URL && process.env.AUTH_SECRET) return
  const folder = path.resolve(process.env.DATA_DIR || 'data')
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
    fs.rmdirSync(fs.mkdtempSync(path.join(folder, '.writable-')))
  } catch (error) {
    throw new Problem(
      `DATA_DIR is ${folder}, which can't be written (${error.code}): make it writable, or set DATA_DIR to a folder that is`,
    )
  }
}

function portProblem(code, host, port) {
  const next = port < 65535 ? port + 1 : 3000
  const causes = {
    EADDRINUSE: `Port ${port} is in use: stop the program that listens there, or choose another with PORT=${next} npm start`,
    EACCES: `Port ${port} may not be opened without more rights: choose another with PORT=3000 npm start`,
    EADDRNOTAVAIL: `HOST is ${host}, which is no address of this machine: unset it, or set it to one that is`,
    ENOTFOUND: `HOST is ${host}, which is no known name: unset it, or set it to an address of this machine`,
  }
  return new Problem(
    causes[code] ?? `Port ${port} can't be opened (${code}): choose another with PORT=${next} npm start`,
  )
}

async function checkPort() {
  const port = Number(process.env.PORT || 3000)
  const host = process.env.HOST || undefined
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new Problem(`PORT is "${process.env.PORT}": set it to a number from 1 to 65535`)
  const server = net.createServer()
  await new Promise((resolve, reject) => {
    server.once('error', (error) => reject(portProblem(error.code, host, port)))
    server.listen({ port, host, exclusive: true }, resolve)
  })
  await new Promise((resolve) => server.close(resolve))
}

function serve() {
  const args = ['--import', 'tsx', path.join(root, 'server/main.ts')]
  const env = {
    ...process.env,
    NODE_ENV: dev ? 'development' : 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    STARTED_AT: String(started),
  }
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' })
  for (const signal of Object.keys(SIGNALS)) {
    process.removeListener(signal, stop)
    // After Ctrl-C the terminal has told the server as well: it heeds the first signal alone.
    process.on(signal, () => child.kill(signal))
  }
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (SIGNALS[signal] ?? 0)))
}

function stop(signal) {
  stopTools()
  process.stdout.write('\n')
  process.exit(128 + SIGNALS[signal])
}

async function main() {
  process.chdir(root)
  for (const signal of Object.keys(SIGNALS)) process.on(signal, stop)
  checkNode()
  if (!buildOnly) await checkPort()
  checkDataFolder()
  const stale = [await install(), await generate(), !dev && !isBuilt()]
  // When nothing is new, the server's own check of settings and migrations is enough.
  if (stale.includes(true)) await prepare()
  if (stale[2]) await build()
  if (!buildOnly) serve()
}

main().catch((error) => {
  if (error.output) process.stdout.write(error.output)
  process.stderr.write(`QR Login can't start: ${error instanceof Problem ? error.message : error.stack}\n`)
  process.exit(1)
})
