'use client'
import { useTranslations } from 'next-intl'
import { useRef, type RefObject } from 'react'
import { faultOf } from '../retrying'
import { Button, ButtonLink } from '../ui/button'
import { Card, Title } from '../ui/card'
import { Status } from '../ui/status'
import { useErrorText } from '../use-error-text'
import { useLostFocus } from '../use-lost-focus'
import { ReportDone } from './report-done'
import { SignInFacts } from './sign-in-facts'
import { useReportLink, type LinkState } from './use-report-link'

/** What is said beneath the title, and announced as it changes. */
const LEADS = { checking: 'checking', seen: 'lead', over: 'over.body', none: 'none.body' } as const

/** From the link in a mail to what was done about it. */
export function NotMeView() {
  const t = useTranslations()
  const errorText = useErrorText()
  const { state, busy, refused, report } = useReportLink()
  const title = useRef<HTMLHeadingElement>(null)
  useLostFocus(state.name, title)
  const fault = state.name === 'checking' && state.fault ? t(`faults.${faultOf(state.fault).kind}`) : ''
  const words = refused ? errorText(refused) : fault
  return (
    <Card className="my-auto">
      <Heading of={state} ref={title} />
      <Status className="mt-2 text-soft empty:m-0">
        {state.name === 'done' ? '' : t(`notMe.${LEADS[state.name]}`)}
      </Status>
      {state.name === 'seen' && (
        <>
          <SignInFacts report={state.report} />
          <p className="mt-6">{t('notMe.effect')}</p>
          <Button variant="danger" className="mt-4 w-full" busy={busy} onClick={report}>
            {t('notMe.submit')}
          </Button>
          <p className="mt-4 text-soft">{t('notMe.mine')}</p>
        </>
      )}
      {state.name === 'done' && <ReportDone ended={state.ended} />}
      {(state.name === 'over' || state.name === 'none') && (
        <ButtonLink href="/sessions" prefetch={false} variant="quiet" className="mt-6 w-full">
          {t('notMe.sessions')}
        </ButtonLink>
      )}
      <Status className="mt-2 text-danger empty:m-0">{words}</Status>
    </Card>
  )
}

function Heading({ of, ref }: { of: LinkState; ref: RefObject<HTMLHeadingElement | null> }) {
  const t = useTranslations('notMe')
  const isOver = of.name === 'over' || of.name === 'none' || of.name === 'done'
  return <Title ref={ref}>{t(isOver ? `${of.name}.title` : 'title')}</Title>
}
