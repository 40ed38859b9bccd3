/** Two nodes behind nginx, and behind Caddy, by the files in docs/examples, on HTTPS. */
import https from 'node:https'
import { expect, test as base } from '../fixtures'
import { approval, Client, openingDesktop, signedInPhone } from '../support/client'
import { frontProgram, type FrontName } from '../support/front'
import { signedIn } from '../support/people'
import { readCode } from '../support/qr'
import { askedBy, streamOf } from '../support/readers'
import { Site } from '../support/site'
import { approve, arrived, scan, status } from '../support/steps'
import { messages as t } from '../support/words'
import { isLacking } from '../../lib/testing/lacking'

const test = base.extend<{ front: FrontName; standing: void }, { site: Site }>({
  site: [
    async ({}, provide) => {
      const site = await Site.start()
      await provide(site)
      await site.close()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  server: [async ({ site }, provide) => provide(site.nodes[0]), { scope: 'worker' }],
  front: ['nginx', { option: true }],
  standing: [async ({ site, front }, provide) => provide(await site.standBehind(front)), { auto: true }],
})

// Their certificates are of their own making.
test.use({ ignoreHTTPSErrors: true })

/** A stream of events over HTTPS, and all that came by it so far. */
function listen(desktop: Client, id: string) {
  const cookie = [...desktop.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const stream = { received: '', isOver: false, close: () => void request.destroy() }
  const request = https.get(
    `${desktop.server.url}/api/login/${id}/events`,
    { headers: { cookie, accept: 'text/event-stream' }, rejectUnauthorized: false, agent: false },
    (response) => {
      response.on('data', (chunk: Buffer) => (stream.received += chunk.toString()))
      response.on('close', () => (stream.isOver = true))
    },
  )
  request.on('error', () => {})
  return stream
}

for (const front of ['nginx', 'caddy'] as const)
  test.describe(`behind ${front}`, () => {
    test.use({ front })
    test.skip(isLacking(frontProgram(front)), `${front} is not installed: apt-get install ${front}`)
    test.describe.configure({ mode: 'default', timeout: 120_000 })

    test('a phone signs a desktop in, and the desktop hears of it by events', async ({
      openDesktop,
      openPhone,
    }) => {
      const [desktop, phone] = [await openDesktop(), await openPhone()]
      await signedIn(phone)
      const stream = streamOf(desktop)
      await desktop.goto('/login')
      await stream
      await readCode(desktop)
      const asked = askedBy(desktop)
      await scan(phone, desktop)
      await expect(status(desktop)).toHaveText(t.login.scanned)
      await approve(phone)
      await arrived(desktop)
      expect(asked[0]).toBe('sign-in')
      const names = (await desktop.context().cookies()).map(({ name, secure }) => [name, secure])
      expect(names).toContainEqual(['__Host-qrl-session', true])
    })

    test('events come when they happen, and not when the stream ends', async ({ server }) => {
      const { desktop, id, code } = await openingDesktop(server)
      const { phone } = await signedInPhone(server)
      const stream = listen(desktop, id)
      await expect.poll(() => stream.received).toMatch(/event: \w+\n.*\n.*"status":"new".*\n\n/)
      await phone.post('/api/login/scan', { code })
      await expect.poll(() => stream.received).toContain('"status":"scanned"')
      expect(stream.isOver).toBe(false)
      stream.close()
    })

    test('both nodes are called', async ({ site, server }) => {
      const opened = () => Promise.all(site.nodes.map((node) => site.opened(node)))
      const before = await opened()
      const more = async () => {
        expect((await new Client(server).post('/api/login')).status).toBe(201)
        return (await opened()).map((count, node) => count > before[node]!)
      }
      await expect.poll(more).toEqual([true, true])
    })

    test('the address is the caller’s, whatever it says of itself', async ({ server }) => {
      const { phone } = await signedInPhone(server)
      const forged = {
        'x-forwarded-for': '203.0.113.9',
        forwarded: 'for=203.0.113.9',
        'x-real-ip': '203.0.113.9',
      }
      for (const headers of [{}, forged]) {
        const desktop = new Client(server, undefined, '127.0.0.2')
        const { body } = await desktop.post('/api/login', {}, headers)
        const scanned = await phone.post('/api/login/scan', { code: body.qr.split('/scan/')[1] })
        expect(scanned.body.desktop.address).toBe('127.0.0.2')
        await phone.post(`/api/login/${body.id}/confirm`, approval(scanned.body.scanToken))
        expect((await desktop.authenticate('callback/qr', { id: body.id })).status).toBe(200)
      }
    })

    test('a browser that holds many secrets of old requests gets its answer', async ({ server }) => {
      const desktop = new Client(server)
      for (let i = 0; i < 45; i++)
        desktop.cookies.set(`__Host-qrl-login-${String(i).padStart(22, 'A')}`, 'x'.repeat(43))
      for (const left of [36, 27, 18, 9, 5, 6]) {
        expect((await desktop.post('/api/login')).status).toBe(201)
        expect(desktop.cookies.size).toBe(left)
      }
    })

    // Caddy leads only its own sites anywhere.
    if (front === 'nginx')
      test('plain HTTP leads to this site, whatever it was asked for', async ({ site }) => {
        const plain = { url: `http://127.0.0.1:${site.plainPort}`, port: site.plainPort! }
        const { status, headers } = await new Client(plain).get('/login?x=1', { host: 'evil.example' })
        expect([status, headers.location]).toEqual([301, 'https://localhost/login?x=1'])
      })

    test('nodes that restart one after the other lose no call', async ({ site, server }) => {
      const statuses: Record<number, number> = {}
      let isOver = false
      const open = () => new Client(server).post('/api/login').catch(() => ({ status: 0 }))
      const call = async () => {
        while (!isOver) {
          let { status } = await open()
          // nginx does not ask beforehand who is ready: what comes when a node closes its doors is for the page to repeat.
          if (front === 'nginx' && status === 502) ({ status } = await open())
          statuses[status] = (statuses[status] ?? 0) + 1
        }
      }
      const calls = [call(), call()]
      for (const node of site.nodes) {
        expect(await node.stop()).toBe(0)
        await node.start()
        // The next one goes when the one in front knows that this one is back.
        await expect.poll(() => site.opened(node)).toBeGreaterThan(0)
      }
      isOver = true
      await Promise.all(calls)
      test.info().annotations.push({ type: 'calls', description: JSON.stringify(statuses) })
      expect(Object.keys(statuses)).toEqual(['201'])
    })

    test('nor anybody who waits, or is about to approve', async ({
      site,
      openDesktop,
      openPhone,
      trouble,
    }) => {
      // As above: pages repeat such a call.
      if (front === 'nginx') trouble.expect(/status of 502 \(\) @ \/api\/login\//)
      const [desktop, phone] = [await openDesktop(), await openPhone()]
      await signedIn(phone)
      const first = streamOf(desktop)
      await desktop.goto('/login')
      await first
      const { id } = await readCode(desktop)
      await site.nodes[0].stop()
      expect((await scan(phone, desktop)).id).toBe(id)
      await site.nodes[0].start()
      await site.nodes[1].stop()
      await approve(phone)
      await arrived(desktop)
      await site.nodes[1].start()
    })
  })
