'use client'
import { useLocale } from 'next-intl'
import { useEffect, useState } from 'react'
import { Status } from './status'

const SHOWN_MS = 6000

interface Props {
  message: string
  /** Stays for as long as it holds, as a fault does; everything else has been read after a while. */
  lasting?: boolean
}

/** The live region of a page with many actions: floats at the bottom, so that nothing moves when it speaks. */
export function Toast({ message, lasting = false }: Props) {
  const [over, setOver] = useState<string>()
  if (message === '' && over !== undefined) setOver(undefined)
  const locale = useLocale()
  const [came, setCame] = useState({ message, locale })
  if (came.message !== message) setCame({ message, locale })
  // Said in the language before this one.
  const foreign = !lasting && came.locale !== locale

  useEffect(() => {
    if (message === '' || lasting) return
    const timer = setTimeout(() => setOver(message), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [message, lasting])

  const shown = message !== '' && (lasting || over !== message)
  return (
    <div className="pointer-events-none fixed inset-x-4 bottom-[max(1.5rem,env(safe-area-inset-bottom))] z-10 flex justify-center">
      <Status
        className={`rounded-card bg-strong px-5 py-3 text-on-strong shadow-card transition-opacity duration-150 empty:p-0 ${shown ? '' : 'opacity-0'}`}
      >
        {foreign ? '' : message}
      </Status>
    </div>
  )
}
