import { expect, test } from 'vitest'
import { AppError } from '../errors'
import { toResponse } from './answer'
import { download } from './download'

/** Parts of which the last ones may be a fault; notes how far it was asked. */
function parts(all: (string | Error)[], asked: string[] = []) {
  return (async function* () {
    try {
      for (const part of all) {
        if (part instanceof Error) throw part
        asked.push(part)
        yield part
      }
    } finally {
      asked.push('left')
    }
  })()
}

test('a file is its parts, under its name', async () => {
  const response = toResponse(await download('all.json', parts(['[1,', '2]'])))
  expect(await response.json()).toEqual([1, 2])
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="all.json"')
  expect(response.headers.get('cache-control')).toBe('private, no-store')
})

test('what goes wrong at once is a refusal', async () => {
  await expect(download('all.json', parts([new AppError('unavailable')]))).rejects.toMatchObject({
    code: 'unavailable',
  })
})

test('what goes wrong later lets no part pass for the whole', async () => {
  const response = toResponse(await download('all.json', parts(['[1,', new Error('away')])))
  await expect(response.text()).rejects.toThrow('away')
})

test('no more is made than is taken', async () => {
  const asked: string[] = []
  const response = toResponse(await download('all.json', parts(['a', 'b', 'c'], asked)))
  const reader = response.body!.getReader()
  await reader.read()
  expect(asked).toEqual(['a'])
  await reader.cancel()
  expect(asked).toEqual(['a', 'left'])
})
