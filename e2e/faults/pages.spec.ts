/** The same with real pages: people see that it takes a while, press nothing twice, and are signed in. */
import { DESKTOP, PHONE } from '../support/browsers'
import { signUp } from '../support/people'
import { arrived, scan } from '../support/steps'
import { messages as t } from '../support/words'
import { expect, test } from './fixtures'

test('pages sign in across servers that are killed and a database that restarts', async ({
  browser,
  startCluster,
}) => {
  test.setTimeout(300_000)
  const cluster = await startCluster()
  const { nodes, postgres } = cluster
  const [desktop, phone] = await Promise.all(
    [DESKTOP, PHONE].map((kind) => browser.newPage({ ...kind, baseURL: cluster.url })),
  )
  await phone!.goto('/signup')
  await signUp(phone!)
  await desktop!.goto('/login')
  const { id } = await scan(phone!, desktop!)

  await nodes[0]!.kill()
  await postgres.stop('immediate')
  await phone!.getByRole('button', { name: t.scan.confirm.approve, exact: true }).click()
  await expect(phone!.getByRole('status')).toHaveText(t.faults.trouble)
  await postgres.start()
  await expect(phone!.getByRole('heading', { name: t.scan.done.title })).toBeVisible()
  await nodes[1]!.kill()
  await Promise.all(nodes.map((node) => node.start()))
  await arrived(desktop!)

  const rows = cluster.rows()
  const [session, ...others] = await rows.sessionsOf(id)
  expect(others).toEqual([])
  expect(session).toMatchObject({ method: 'qr', endedAt: null })
  console.log(`pages: 2 kills, 1 immediate restart: 1 sign-in, 1 session, lost 0, doubled 0`)
  await rows.close()
})
