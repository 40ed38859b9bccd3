'use client'
import { useTranslations } from 'next-intl'
import type { RefObject } from 'react'
import type { Scanned } from '@/lib/wire'
import { Title } from '../ui/card'
import { AskingDevice } from './asking-device'
import { Choices } from './choices'
import type { Choice } from './use-choice'

interface Props {
  scanned: Scanned
  choice: Choice
  onChoose: (choice: Choice) => void
  titleRef: RefObject<HTMLHeadingElement | null>
}

/** The facts that the decision rests on, and what it will mean. */
export function Asked({ scanned, choice, onChoose, titleRef }: Props) {
  const t = useTranslations('scan.confirm')
  return (
    <div className="flex animate-appear flex-col gap-4 short:gap-3">
      <Title ref={titleRef} className="text-xl short:text-lg">
        {t('title')}
      </Title>
      <AskingDevice scanned={scanned} />
      <p className="border-s-4 border-accent ps-3 font-medium">{t('support')}</p>
      <div className="flex flex-col gap-1 leading-6 short:gap-0">
        <p>{t('effect')}</p>
        <p className="font-medium">{t('you', scanned.account)}</p>
      </div>
      <Choices kinds={scanned.kinds} stays={scanned.stays} choice={choice} onChoose={onChoose} />
    </div>
  )
}
