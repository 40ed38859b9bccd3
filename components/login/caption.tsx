'use client'
import { useTranslations } from 'next-intl'
import { Again } from '../ui/again'
import { Status } from '../ui/status'
import { TimeLeft } from '../ui/time-left'
import { useHydrated } from '../use-browser'
import { Countdown } from './countdown'
import type { LoginRequest } from './use-login-request'

/**
 * The words of the state, as the live region, and what counts down, which is none of its business. Beside the steps,
 * words that are long reach into the place of the code to type, which is gone by then.
 */
export function Caption({ request }: { request: LoginRequest }) {
  const words = useWords(request)
  const { phase, fault, code, dead } = request
  // The server's clock is another one.
  const ticking = useHydrated()
  const scannable = phase.name === 'new' && fault === null && !dead
  return (
    <div className="mt-3 flex min-h-21 flex-col items-center text-center leading-7 sm:h-14 sm:min-h-0">
      <Status className="font-medium text-balance">{words}</Status>
      {fault?.kind === 'limited' && <Again until={fault.until} />}
      {scannable && ticking && code && <Countdown key={code.qr} until={code.until} />}
      {phase.name === 'owed' && fault === null && <TimeLeft until={request.until} />}
    </div>
  )
}

function useWords({ phase, fault, stopped, late }: LoginRequest): string {
  const t = useTranslations()
  if (fault?.kind === 'limited') return t('login.limited')
  if (fault) return t(`faults.${fault.kind}`)
  switch (phase.name) {
    case 'opening':
      return ''
    case 'new':
      return stopped ? t('login.stopped') : late ? t('login.late') : ''
    case 'scanned':
      return phase.number === undefined ? t('login.scanned') : t('login.number', { number: phase.number })
    case 'owed':
      return t('login.owed')
    case 'confirmed':
      return t('login.confirmed')
    case 'consumed':
      return phase.scanner?.name
        ? t('login.consumed', { name: phase.scanner.name })
        : t('login.consumedNameless')
    case 'rejected':
      return t(`login.rejected.${phase.reason}`)
    case 'stale':
      return t('login.stale')
  }
}
