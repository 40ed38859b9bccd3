'use client'
import { useCallback, useEffect, useState } from 'react'
import { api, hasCode } from '../api'
import type { Opened } from '@/lib/wire'
import { faultOf, type Fault } from '../retrying'
import { leaveFor } from '../sign-in-with'
import { useOnceSeen } from '../use-browser'
import { phaseOf } from './phase'
import { useConsume } from './use-consume'
import { useFreshCode } from './use-fresh-code'
import { useLoginView } from './use-login-view'
import { useOpened } from './use-opened'
import { useRenewal } from './use-renewal'
import { useWithdrawOnLeave } from './withdraw'

/** How long the page says who signed in, before it leaves. */
const FAREWELL_MS = 300
/** How long it waits for the answer that says so. */
const ANSWER_WITHIN_MS = 1000

/** This page's login request from opening to signed in: what to show, and what a person can do. */
export function useLoginRequest(asked: boolean, returnTo: string, first: Opened | undefined) {
  const wanted = useOnceSeen() && asked
  const { opened, fault: openFault, renew } = useOpened(wanted, first)
  const { data: view, error, mutate } = useLoginView(wanted ? opened : undefined)
  const gone = hasCode(error, 'not_found')
  const approved = view?.status === 'confirmed' || view?.status === 'consumed'
  const owes = view?.needs !== undefined
  const { signedIn, failed, typing, fault: consumeFault } = useConsume(approved ? view.id : undefined, owes)
  const over = !approved && (gone || view?.status === 'expired')
  const { stale, reset } = useRenewal(over, renew)
  const [stopped, setStopped] = useState(false)
  const [owed, setOwed] = useState<string>()
  if (owes && view && view.id !== owed) setOwed(view.id)

  useWithdrawOnLeave(opened?.id, view?.status)

  // The outcome is only said with the server's last word: who it was, or why not.
  useEffect(() => {
    if (failed || signedIn) void mutate()
  }, [failed, signedIn, mutate])

  const phase = phaseOf({ opened, view, signedIn, failed, stale })
  const isSaid = phase.name === 'consumed'
  useEffect(() => {
    if (!signedIn) return
    const timer = setTimeout(() => void leaveFor(returnTo), isSaid ? FAREWELL_MS : ANSWER_WITHIN_MS)
    return () => clearTimeout(timer)
  }, [signedIn, isSaid, returnTo])

  const again = useCallback(() => {
    reset()
    setStopped(false)
    setOwed(undefined)
    renew()
  }, [reset, renew])

  /** The new code is shown at once; that the old request ends as well is seen to in the background. */
  const notMe = useCallback(() => {
    if (opened) void refuse(opened.id)
    again()
    setStopped(true)
  }, [opened, again])

  const pollFault = error && !gone ? faultOf(error) : null
  const fault: Fault | null = openFault ?? consumeFault ?? pollFault
  return {
    phase,
    ...useFreshCode(opened, view),
    userCode: opened?.userCode,
    fault: signedIn ? null : fault,
    typing,
    /** When the request's time is over, on this browser's clock. */
    until: view ? view.at + view.expiresIn * 1000 : 0,
    stopped,
    /** The last one ran out while its code was still to be typed. */
    late: owed !== undefined && owed !== opened?.id,
    again,
    notMe,
  }
}

export type LoginRequest = ReturnType<typeof useLoginRequest>

const REFUSE_TRIES = 3

/** Ends the request as "not me"; tried again, since the phone could still approve it. */
async function refuse(id: string): Promise<void> {
  for (let tries = 0; tries < REFUSE_TRIES; tries++) {
    const ended = await api('DELETE', `/api/login/${id}`, { reason: 'not_me' }).then(
      () => true,
      (error: unknown) => hasCode(error, 'not_found', 'wrong_state', 'already_used', 'expired'),
    )
    if (ended) return
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}
