'use client'
import { useTranslations } from 'next-intl'
import { Button, ButtonLink } from '../ui/button'

export function DoneActions({ busy, onUndo }: { busy: boolean; onUndo: () => void }) {
  const t = useTranslations('scan.done')
  return (
    <div className="flex flex-col gap-3">
      <ButtonLink href="/">{t('home')}</ButtonLink>
      <Button variant="quiet" busy={busy} onClick={onUndo}>
        {t('undo')}
      </Button>
    </div>
  )
}
