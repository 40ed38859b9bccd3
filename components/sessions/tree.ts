/** The list of sessions as a tree: the phone, and under it the devices that it let in. Pure. */
import type { SessionView } from '@/lib/wire'

export interface SessionNode {
  session: SessionView
  children: SessionNode[]
}

/** What a person is being asked about, in a dialog. */
export type Asked = { name: 'rename' | 'end' | 'report'; node: SessionNode } | { name: 'everywhere' }

/** This device first, then whatever was used last. */
function byUse(a: SessionNode, b: SessionNode): number {
  if (a.session.current !== b.session.current) return a.session.current ? -1 : 1
  return Date.parse(b.session.lastSeenAt) - Date.parse(a.session.lastSeenAt)
}

/** A session whose parent isn't in the list stands at the top. */
export function treeOf(sessions: SessionView[]): SessionNode[] {
  const nodes = new Map(sessions.map((session) => [session.id, { session, children: [] } as SessionNode]))
  const roots: SessionNode[] = []
  for (const node of nodes.values()) {
    const parent = node.session.parentId === null ? undefined : nodes.get(node.session.parentId)
    const siblings = parent?.children ?? roots
    siblings.push(node)
  }
  for (const node of nodes.values()) node.children.sort(byUse)
  return roots.sort(byUse)
}

/** How many other sessions end with this one. */
export function endsWith({ children }: SessionNode): number {
  return children.reduce((sum, child) => sum + 1 + endsWith(child), 0)
}

/** True where ending this one ends the session of this very browser. */
export function holdsCurrent({ session, children }: SessionNode): boolean {
  return session.current || children.some(holdsCurrent)
}
