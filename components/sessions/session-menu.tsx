'use client'
import { Ellipsis } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { DropdownMenu } from 'radix-ui'
import { useRef } from 'react'
import type { Asked, SessionNode } from './tree'

interface Props {
  name: string
  node: SessionNode
  onAsk: (asked: Asked) => void
}

const ITEM =
  'flex min-h-11 cursor-pointer items-center rounded-lg px-4 outline-none data-[highlighted]:bg-sunken'

/** An item's dialog opens once the menu has given the focus back, so that the dialog can give it back in its turn. */
export function SessionMenu({ name, node, onAsk }: Props) {
  const t = useTranslations('sessions')
  const chosen = useRef<Asked>(undefined)

  function choose(name: 'rename' | 'end' | 'report') {
    chosen.current = { name, node }
  }

  function onClosed() {
    const asked = chosen.current
    chosen.current = undefined
    if (asked) setTimeout(() => onAsk(asked))
  }

  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        aria-label={t('menu', { device: name })}
        className="-me-2 flex size-11 shrink-0 items-center justify-center rounded-card text-soft transition-colors duration-150 hover:bg-sunken hover:text-ink"
      >
        <Ellipsis className="size-5" aria-hidden="true" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          collisionPadding={16}
          onCloseAutoFocus={onClosed}
          className="z-20 min-w-40 animate-appear rounded-card border border-line bg-surface p-1 text-ink shadow-card"
        >
          <DropdownMenu.Item className={ITEM} onSelect={() => choose('rename')}>
            {t('rename')}
          </DropdownMenu.Item>
          <DropdownMenu.Item className={`${ITEM} text-danger`} onSelect={() => choose('end')}>
            {t('signOut')}
          </DropdownMenu.Item>
          {node.session.reportable && (
            <DropdownMenu.Item className={`${ITEM} text-danger`} onSelect={() => choose('report')}>
              {t('notMine')}
            </DropdownMenu.Item>
          )}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
