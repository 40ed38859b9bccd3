import { expect, test } from 'vitest'
import type { SessionView } from '@/lib/wire'
import { endsWith, holdsCurrent, treeOf, type SessionNode } from './tree'

function session(id: string, more: Partial<SessionView> = {}): SessionView {
  return {
    id,
    current: false,
    method: 'password',
    kind: 'own',
    parentId: null,
    approvedBy: null,
    requestId: null,
    device: { name: null, kind: 'phone', browser: null, system: null },
    address: null,
    place: null,
    probationEndsAt: null,
    reportable: false,
    createdAt: '2026-01-01T00:00:00Z',
    lastSeenAt: '2026-01-01T00:00:00Z',
    expiresAt: '2026-02-01T00:00:00Z',
    ...more,
  }
}

const ids = (nodes: SessionNode[]): unknown[] => nodes.map((node) => [node.session.id, ids(node.children)])

test('what a device let in stands below it, at any depth', () => {
  const sessions = [session('c', { parentId: 'b' }), session('b', { parentId: 'a' }), session('a')]
  const tree = treeOf(sessions)
  expect(ids(tree)).toEqual([['a', [['b', [['c', []]]]]]])
  expect(tree.map(endsWith)).toEqual([2])
})

test('a parent that is not listed leaves its child at the top', () => {
  expect(ids(treeOf([session('b', { parentId: 'gone' })]))).toEqual([['b', []]])
})

test('this device comes first, then the last used', () => {
  const sessions = [
    session('old'),
    session('recent', { lastSeenAt: '2026-01-03T00:00:00Z' }),
    session('here', { current: true }),
  ]
  expect(treeOf(sessions).map((node) => node.session.id)).toEqual(['here', 'recent', 'old'])
})

test('ending a parent of this device ends this device', () => {
  const [root] = treeOf([session('a'), session('b', { parentId: 'a', current: true })])
  expect(root && holdsCurrent(root)).toBe(true)
})
