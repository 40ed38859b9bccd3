'use client'
import { SessionRow } from './session-row'
import type { Asked, SessionNode } from './tree'

interface Props {
  nodes: SessionNode[]
  onAsk: (asked: Asked) => void
  /** Only the outermost list has a name. */
  label?: string
}

/** Nested lists, so that a screen reader tells who let whom in. */
export function SessionRows({ nodes, onAsk, label }: Props) {
  return (
    <ul aria-label={label} className={label ? '' : 'ms-3 border-s-2 border-line ps-4 sm:ms-3.5 sm:ps-6'}>
      {nodes.map((node) => (
        <li key={node.session.id}>
          <SessionRow node={node} onAsk={onAsk} />
          {node.children.length > 0 && <SessionRows nodes={node.children} onAsk={onAsk} />}
        </li>
      ))}
    </ul>
  )
}
