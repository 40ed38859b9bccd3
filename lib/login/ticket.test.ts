import { expect, test } from 'vitest'
import { later, NOON } from '../testing/people'
import { isTicketFor, makeTicket } from './ticket'

const id = 'AAAAAAAAAAAAAAAAAAAAAA'
const ticket = makeTicket(id, later(300))

test('a ticket is good for its request until it expires', () => {
  expect(isTicketFor(ticket, id, later(299))).toBe(true)
  expect(isTicketFor(ticket, id, later(300))).toBe(false)
  expect(isTicketFor(ticket, 'BAAAAAAAAAAAAAAAAAAAAA', NOON)).toBe(false)
})

test.each([
  ['nothing', undefined],
  ['rubbish', 'x.y.z'],
  ['a later expiry', ticket.replace(/\.\d+\./, '.9999999999.')],
  ['a forged proof', ticket.slice(0, -4) + 'AAAA'],
  ['an expiry that is no number', ticket.replace(/\.\d+\./, '.soon.')],
])('%s is no ticket', (_, value) => {
  expect(isTicketFor(value, id, NOON)).toBe(false)
})
