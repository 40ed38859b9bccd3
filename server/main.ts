/** Starts QR Login: settings, migrations, Next behind the front door, self-test, then the doors open. */
import { createServer, type Server } from 'node:http'
import { Cron } from 'croner'
import nextServer from 'next'
import { clock, keepClock, setClock } from '../lib/clock'
import { db } from '../lib/db'
import { settings, SettingsError, type Settings } from '../lib/env'
import { bus } from '../lib/bus'
import { log } from '../lib/log'
import { measureProcess } from '../lib/metrics'
import { requests } from '../lib/login/requests'
import { migrate } from '../lib/migrate'
import { placesReady } from '../lib/places'
import { closeRedis, prepareRedis } from '../lib/redis'
import { sweep } from '../lib/sweep'
import { frontDoor } from './front-door'
import { answerThrough, newServer } from './listener'
import { selfTest } from './self-test'
import { stop } from './stop'
import { welcome } from './welcome'

/** A database of places that takes longer is not waited for. */
const READ_WITHIN_MS = 5_000
/** Longer than the 60 s for which proxies keep an idle connection, so that they never send into a closed one. */
const KEEP_ALIVE_MS = 65_000

async function main(): Promise<void> {
  const started = Number(process.env.STARTED_AT) || Date.now() - process.uptime() * 1000
  const config = settings()
  // Read while the rest gets ready, so that the first scan has places.
  const places = placesReady(READ_WITHIN_MS)
  await migrate(config)
  if (config.redisUrl !== undefined) await prepareRedis()
  // It takes a moment to be up.
  bus()
  await setClock()
  measureProcess()

  const dev = process.env.NODE_ENV === 'development'
  const server = newServer(config.appUrl, { requestTimeout: 30_000, keepAliveTimeout: KEEP_ALIVE_MS })
  const next = nextServer({
    dev,
    hostname: 'localhost',
    port: config.port,
    // Next listens there for upgrades, which it serves without asking the front door. In production nobody reaches it.
    httpServer: dev ? server : createServer(),
  })
  await next.prepare()
  const doorFor = (settings: Settings) => frontDoor(settings, next.getRequestHandler(), dev)
  // On both ways to a handler.
  for (const fastLane of [true, false]) await selfTest(doorFor({ ...config, fastLane }), config)

  await places
  answerThrough(server, doorFor(config))
  await listen(server, config)
  const sweeping = new Cron(
    '17 * * * *',
    { protect: true, catch: (err) => log().warn({ err }, 'sweep failed') },
    async () => log().info(await sweep(clock()), 'swept'),
  )
  // What Redis still holds for the audit log must not wait for an hour.
  const writing = new Cron(
    '* * * * *',
    {
      protect: true,
      paused: config.redisUrl === undefined,
      catch: (err) => log().warn({ err }, 'sweep failed'),
    },
    () =>
      requests()
        .sweep(clock())
        .then(() => {}),
  )
  const stopMail = await beginMail(config)
  process.stdout.write(welcome(config, Date.now() - started) + '\n')

  const stopClock = keepClock()
  const quit = once(async () => {
    sweeping.stop()
    writing.stop()
    stopClock()
    await stop(server, {
      isBehindProxy: config.trustedProxies.length > 0,
      end: stopMail,
      close: async () => {
        await bus().close()
        await db().close()
        closeRedis()
      },
    })
    process.exit(0)
  })
  process.on('SIGTERM', quit)
  process.on('SIGINT', quit)
}

async function beginMail({ smtpUrl, ...config }: Settings): Promise<() => Promise<void>> {
  if (smtpUrl === undefined) return async () => {}
  const { startMail } = await import('./mail')
  return startMail({ ...config, smtpUrl })
}

function listen(server: Server, { port, host }: Settings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new SettingsError(`PORT ${port} is in use: stop what listens there, or set PORT to another one`)
          : error,
      ),
    )
    server.listen(port, host, resolve)
  })
}

function once(run: () => Promise<void>): () => void {
  let ran = false
  return () => {
    if (!ran) void run()
    ran = true
  }
}

// Who reads the log may go away. Reporting that would fail as well, and be reported, without end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`QR Login can't start: ${message}\n`)
  process.exit(1)
})
