'use client'
import { useTranslations } from 'next-intl'
import { useSignOut } from '../home/use-sign-out'
import { withNext } from '../next-param'
import { Button } from '../ui/button'
import { Toast } from '../ui/toast'
import { useHydrated } from '../use-browser'

/** Leaves the account that this browser is in, and comes back for the code. */
export function OtherAccount({ returnTo }: { returnTo: string }) {
  const t = useTranslations('login')
  const hydrated = useHydrated()
  const { busy, error, leave } = useSignOut(withNext('/login', returnTo))
  return (
    <>
      <Button variant="quiet" busy={busy} disabled={!hydrated} onClick={leave} className="w-full">
        {t('other')}
      </Button>
      <Toast message={error} />
    </>
  )
}
