import { expect, test } from 'vitest'
import { bus } from '../bus'
import { MemoryBus } from './memory'

test('everybody who listens hears each message, in order', () => {
  const own = new MemoryBus()
  const first: string[] = []
  const second: string[] = []
  own.subscribe({ hear: (message) => first.push(message) })
  own.publish('a')
  own.subscribe({ hear: (message) => second.push(message) })
  own.publish('b')
  own.publish('c')
  expect(first).toEqual(['a', 'b', 'c'])
  expect(second).toEqual(['b', 'c'])
})

test('who has left hears nothing more, and leaving twice harms nobody', () => {
  const own = new MemoryBus()
  const left: string[] = []
  const stayed: string[] = []
  const leave = own.subscribe({ hear: (message) => left.push(message) })
  own.subscribe({ hear: (message) => stayed.push(message) })
  leave()
  leave()
  own.publish('a')
  expect(left).toEqual([])
  expect(stayed).toEqual(['a'])
})

test('who leaves while hearing keeps the others their message', () => {
  const own = new MemoryBus()
  const heard: string[] = []
  const leave = own.subscribe({
    hear: () => {
      heard.push('first')
      leave()
    },
  })
  own.subscribe({ hear: () => heard.push('second') })
  own.publish('a')
  own.publish('b')
  expect(heard).toEqual(['first', 'second', 'second'])
})

test('a message that nobody waits for is gone', () => {
  const own = new MemoryBus()
  own.publish('a')
  const heard: string[] = []
  own.subscribe({ hear: (message) => heard.push(message) })
  expect(heard).toEqual([])
})

test('the process has one bus', () => {
  expect(bus()).toBe(bus())
})
