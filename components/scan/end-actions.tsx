'use client'
import { useTranslations } from 'next-intl'
import { withNext } from '../next-param'
import { Button, ButtonLink } from '../ui/button'
import { NEXT_STEP, type End } from './ends'

interface Props {
  end: End
  id: string
  onAgain: () => void
}

export function EndActions({ end, id, onAgain }: Props) {
  const t = useTranslations('scan.action')
  const step = NEXT_STEP[end]
  if (step === 'again')
    return (
      <Button className="w-full" onClick={onAgain}>
        {t('again')}
      </Button>
    )
  const paths = {
    scan: '/scan',
    sessions: '/sessions',
    home: '/',
    signin: withNext('/signin', `/scan/${id}`),
  }
  return (
    <ButtonLink href={paths[step]} className="w-full">
      {t(step)}
    </ButtonLink>
  )
}
