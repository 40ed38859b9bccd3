'use client'
import { useTranslations } from 'next-intl'
import { Button } from '../ui/button'
import { useHydrated } from '../use-browser'
import { useSignOut } from './use-sign-out'

/** On a browser that never saw this account: if somebody else's phone approved, this is where it shows. */
export function NewDeviceBanner({ name }: { name: string }) {
  const t = useTranslations('home')
  const hydrated = useHydrated()
  const { busy, error, leave } = useSignOut()
  return (
    <div className="mx-auto mb-4 flex w-full max-w-md flex-wrap items-center justify-between gap-x-6 gap-y-3 rounded-card bg-accent-wash p-4 sm:px-6">
      <p className="min-w-0 flex-1 basis-48 leading-6">
        {t('banner', { name })} {error && <span className="block text-danger">{error}</span>}
      </p>
      <Button variant="quiet" busy={busy} disabled={!hydrated} onClick={leave}>
        {t('notMe')}
      </Button>
    </div>
  )
}
