'use client'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useEffect, useRef, useState, type ComponentProps } from 'react'
import { ReauthenticationDialog } from '../account/reauthentication-dialog'
import { Moment } from '../moment'
import { Button } from '../ui/button'
import { Status } from '../ui/status'
import { useHydrated } from '../use-browser'
import { useSignOut } from './use-sign-out'

interface Props {
  name: string
  /** Null once it is over. */
  until: string | null
}

/** On a browser that is new to this account: if somebody else's phone approved, this is where it shows. */
export function ProbationBanner({ name, until }: Props) {
  const [lifted, setLifted] = useState(false)
  if (lifted) return <Lifted />
  return until && <OnProbation name={name} until={until} onLifted={() => setLifted(true)} />
}

function OnProbation({ name, until, onLifted }: { name: string; until: string; onLifted: () => void }) {
  const t = useTranslations()
  const router = useRouter()
  const hydrated = useHydrated()
  const [asks, setAsks] = useState(false)
  const { busy, error, leave } = useSignOut()

  function onProved() {
    onLifted()
    // What was kept from it can be seen now.
    router.refresh()
  }

  return (
    <Banner>
      <p className="font-medium">{t('home.banner', { name })}</p>
      <p className="mt-1">{t.rich('probation.until', { moment: () => <Moment at={until} /> })}</p>
      <Status className="mt-1 text-danger empty:m-0">{error}</Status>
      <div className="mt-4 grid gap-3 wide:grid-cols-[3fr_2fr]">
        <Button variant="quiet" disabled={!hydrated} onClick={() => setAsks(true)}>
          {t('probation.give')}
        </Button>
        <Button variant="quiet" busy={busy} disabled={!hydrated} onClick={leave}>
          {t('home.notMe')}
        </Button>
      </div>
      {asks && <ReauthenticationDialog onProved={onProved} onCancel={() => setAsks(false)} />}
    </Banner>
  )
}

/** Says so once, and takes the focus, as what had it is gone. */
function Lifted() {
  const t = useTranslations('probation')
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => ref.current?.focus(), [])
  return (
    <Banner ref={ref} tabIndex={-1}>
      <p>{t('lifted')}</p>
    </Banner>
  )
}

const Banner = (props: ComponentProps<'div'>) => (
  <div
    {...props}
    className="mx-auto mb-4 w-full max-w-md rounded-card bg-accent-wash p-4 leading-6 outline-none sm:px-6"
  />
)
