import { expect, test } from 'vitest'
import { MAX_BODY_BYTES, readBody } from './body'

/** A request whose body comes in parts, of which one may be a fault. */
const sending = (...parts: (string | Error)[]) => ({
  method: 'POST',
  url: 'http://localhost:3000/',
  headers: new Headers(),
  signal: new AbortController().signal,
  body: (async function* () {
    for (const part of parts)
      if (part instanceof Error) throw part
      else yield Buffer.from(part)
  })(),
})

test('a body is read from its parts', async () => {
  expect(await readBody(sending('{"a', '":1}'))).toEqual({ a: 1 })
})

test('one that breaks off is refused', async () => {
  const cut = Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
  await expect(readBody(sending('{"a', cut))).rejects.toMatchObject({ code: 'invalid_input', status: 400 })
})

test('one that is too large is refused as that', async () => {
  const large = sending('x'.repeat(MAX_BODY_BYTES), 'x')
  await expect(readBody(large)).rejects.toMatchObject({ code: 'invalid_input', status: 413 })
})
