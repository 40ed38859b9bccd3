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
import { useLink, type LinkState } from './use-link'

/** From the link in a mail to what was done about it. */
export function NotMeView() {
  const t = useTranslations()
  const errorText = useErrorText()
  const { state, busy, refused, report } = useLink()
  const title = useRef<HTMLHeadingElement>(null)
  useLostFocus(state.name, title)
  const fault = state.name === 'checking' && state.fault ? t(`faults.${faultOf(state.fault).kind}`) : ''
  const words = refused ? errorText(refused) : fault
  return (
    <Card className="my-auto">
      <Heading of={state} ref={title} />
      {state.name === 'checking' && <p className="mt-2 text-soft">{t('notMe.checking')}</p>}
      {state.name === 'seen' && (
        <>
          <p className="mt-2 text-soft">{t('notMe.lead')}</p>
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
        <>
          <p className="mt-2 text-soft">{t(`notMe.${state.name}.body`)}</p>
          <ButtonLink href="/sessions" prefetch={false} variant="quiet" className="mt-6 w-full">
            {t('notMe.sessions')}
          </ButtonLink>
        </>
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
