/** That the watch over every page sees what it is there for. */
import { expect, test } from './fixtures'
import { Trouble } from './support/trouble'

const noise = {
  'an error in the console': () => console.error('something went wrong'),
  'an error that nobody caught': () =>
    void setTimeout(() => {
      throw new Error('nobody caught this')
    }),
  'a request to another origin': () => void fetch('http://127.0.0.1:9/').catch(() => undefined),
}
for (const [name, make] of Object.entries(noise))
  test(`the watch reports ${name}`, async ({ browser, server }) => {
    const trouble = new Trouble()
    const context = await browser.newContext()
    trouble.watch(context, server.url)
    const page = await context.newPage()
    await page.evaluate(make)
    await expect(() => expect(() => trouble.assertNone()).toThrow()).toPass()
    await context.close()
  })

test('the watch reports a violation of a page’s policy, and lets pass what was expected', async ({
  browser,
  server,
}) => {
  const [trouble, forewarned] = [new Trouble(), new Trouble()]
  forewarned.expect(/Content Security Policy/)
  const context = await browser.newContext({ baseURL: server.url })
  trouble.watch(context, server.url)
  forewarned.watch(context, server.url)
  const page = await context.newPage()
  await page.goto('/signin')
  forewarned.assertNone()
  trouble.assertNone()
  await page.evaluate(
    () => void document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="1">'),
  )
  await expect(() => expect(() => trouble.assertNone()).toThrow(/script-src/)).toPass()
  forewarned.assertNone()
  await context.close()
})
