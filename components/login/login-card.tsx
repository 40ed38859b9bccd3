'use client'
import { useTranslations } from 'next-intl'
import { useRef, useState } from 'react'
import type { Opened } from '@/lib/wire'
import { withNext } from '../next-param'
import { TextLink } from '../ui/button'
import { Card, Title } from '../ui/card'
import { useMedia } from '../use-browser'
import { useLostFocus } from '../use-lost-focus'
import { Caption } from './caption'
import { CodePanel } from './code-panel'
import { PhoneChoice } from './phone-choice'
import { Steps } from './steps'
import { TypedCode } from './typed-code'
import { useLoginRequest } from './use-login-request'

interface Props {
  appName: string
  /** Host of the address that codes carry. */
  host: string
  returnTo: string
  signUpOpen: boolean
  /** The request that was opened with the page, if one was. */
  first: Opened | undefined
}

/**
 * A narrow screen is taken for a phone, which can't scan itself: it gets the choice first, and a code only when it
 * asks. Which of the two is seen is CSS's decision, so that nothing jumps when the page comes alive.
 */
export function LoginCard({ appName, host, returnTo, signUpOpen, first }: Props) {
  const t = useTranslations('login')
  const wide = useMedia('(min-width: 30rem)')
  const [asked, setAsked] = useState(false)
  const title = useRef<HTMLHeadingElement>(null)
  if (wide && !asked) setAsked(true)
  const request = useLoginRequest(asked, returnTo, first)
  useLostFocus(request.phase.name, title)

  function show() {
    setAsked(true)
    title.current?.focus()
  }

  return (
    <Card width="wide" className="my-auto noscript:hidden">
      <Title ref={title}>{t('title', { app: appName })}</Title>
      {!asked && <PhoneChoice returnTo={returnTo} onShow={show} />}
      <div className={asked ? '' : 'hidden wide:block'}>
        <div className="mt-6 grid items-start gap-x-12 gap-y-4 sm:grid-cols-[17rem_1fr]">
          <div className="mx-auto w-full max-w-68">
            <CodePanel request={request} onPressed={() => title.current?.focus()} />
            <Caption request={request} />
          </div>
          <Steps phase={request.phase} />
        </div>
        <TypedCode request={request} host={host} />
      </div>
      <nav
        className={`mt-6 flex flex-wrap justify-between gap-x-6 gap-y-1 border-t border-line pt-4 ${asked || signUpOpen ? '' : 'max-wide:hidden'}`}
      >
        <TextLink
          href={withNext('/signin', returnTo)}
          prefetch={false}
          className={asked ? '' : 'max-wide:hidden'}
        >
          {t('password')}
        </TextLink>
        {signUpOpen && (
          <TextLink href={withNext('/signup', returnTo)} prefetch={false}>
            {t('create')}
          </TextLink>
        )}
      </nav>
    </Card>
  )
}
