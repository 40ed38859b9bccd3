'use client'
import { useTranslations } from 'next-intl'
import { Button } from '../ui/button'
import { Toast } from '../ui/toast'
import { useHydrated } from '../use-browser'
import { useSignOut } from './use-sign-out'

export function SignOutButton() {
  const t = useTranslations('home')
  const hydrated = useHydrated()
  const { busy, error, leave } = useSignOut()
  return (
    <>
      <Button variant="quiet" busy={busy} disabled={!hydrated} onClick={leave} className="mt-6 w-full">
        {t('signOut')}
      </Button>
      <Toast message={error} />
    </>
  )
}
