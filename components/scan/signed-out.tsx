'use client'
import { useTranslations } from 'next-intl'
import { useEffect, useRef, useState } from 'react'
import { api } from '../api'
import { withNext } from '../next-param'
import { retrying, type Fault } from '../retrying'
import { Again } from '../ui/again'
import { ButtonLink } from '../ui/button'
import { Card, Title } from '../ui/card'
import { useOnceSeen } from '../use-browser'
import { useLostFocus } from '../use-lost-focus'
import { EndActions } from './end-actions'
import { endOf, type End } from './ends'
import { hideCode } from './use-scan'

interface Props {
  id: string
  code?: string
  appUrl: string
  signUpOpen: boolean
}

/** 'held' where the browser has its ticket, or came back to where it got one. */
type Ticket = 'waiting' | 'held' | End

/** Trades the code, which lives for seconds, for a ticket that outlives signing in or up. */
function useTicket(id: string, code: string | undefined) {
  const seen = useOnceSeen()
  const [ticket, setTicket] = useState<Ticket>(code === undefined ? 'held' : 'waiting')
  const [fault, setFault] = useState<Fault | null>(null)
  const [round, setRound] = useState(0)

  useEffect(() => {
    if (!seen || code === undefined) return
    const leaving = new AbortController()
    const timer = setTimeout(() => {
      hideCode(id)
      const trade = () => api('POST', '/api/login/ticket', { code })
      retrying(trade, { signal: leaving.signal, onFault: setFault }).then(
        () => setTicket('held'),
        (error: unknown) => leaving.signal.aborted || setTicket(endOf(error)),
      )
    })
    return () => {
      clearTimeout(timer)
      leaving.abort()
    }
  }, [seen, id, code, round])

  function again() {
    setTicket('waiting')
    setRound((now) => now + 1)
  }

  return { ticket, fault, again }
}

export function SignedOut({ id, code, appUrl, signUpOpen }: Props) {
  const t = useTranslations()
  const { ticket, fault, again } = useTicket(id, code)
  const next = `/scan/${id}`
  const words = wordsOf(ticket)
  const title = useRef<HTMLHeadingElement>(null)
  useLostFocus(ticket, title)

  return (
    <Card className="flex min-h-96 flex-1 flex-col noscript:hidden sm:my-auto sm:flex-none">
      <div role="status" aria-live="polite">
        <Title ref={title}>{t(words.title)}</Title>
        {words.body && <p className="mt-3 text-soft">{t(words.body)}</p>}
        {fault && <p className="mt-3 text-soft">{t(`faults.${fault.kind}`)}</p>}
      </div>
      {fault?.kind === 'limited' && <Again until={fault.until} />}
      <div className="mt-auto flex flex-col gap-3 pt-6">
        {ticket === 'held' && (
          <>
            <ButtonLink href={withNext('/signin', next)}>{t('scan.signedOut.signin')}</ButtonLink>
            {signUpOpen && (
              <ButtonLink href={withNext('/signup', next)} variant="quiet">
                {t('scan.signedOut.create')}
              </ButtonLink>
            )}
            <p className="mt-2 text-sm leading-6 text-soft [overflow-wrap:anywhere]">
              {t('scan.signedOut.elsewhere', { address: `${appUrl}/scan` })}
            </p>
          </>
        )}
        {ticket !== 'held' && ticket !== 'waiting' && <EndActions end={ticket} id={id} onAgain={again} />}
      </div>
    </Card>
  )
}

function wordsOf(ticket: Ticket) {
  if (ticket === 'waiting') return { title: 'scan.checking' } as const
  if (ticket === 'held') return { title: 'scan.signedOut.title', body: 'scan.signedOut.lead' } as const
  return { title: `scan.end.${ticket}.title`, body: `scan.end.${ticket}.body` } as const
}
