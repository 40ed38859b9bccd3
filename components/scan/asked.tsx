'use client'
import { useTranslations } from 'next-intl'
import type { Scanned } from '@/lib/wire'
import { Title } from '../ui/card'
import { AskingDevice } from './asking-device'
import { Choices } from './choices'
import type { Choice } from './use-decision'

interface Props {
  scanned: Scanned
  choice: Choice
  onChoose: (choice: Choice) => void
}

/** The facts that the decision rests on, and what it will mean. */
export function Asked({ scanned, choice, onChoose }: Props) {
  const t = useTranslations('scan.confirm')
  return (
    <div className="flex animate-appear flex-col gap-4">
      <Title className="text-xl">{t('title')}</Title>
      <AskingDevice device={scanned.desktop} />
      <div className="flex flex-col gap-1 leading-6">
        <p>{t('effect')}</p>
        <p className="font-medium break-words">{t('you', scanned.account)}</p>
      </div>
      <Choices kinds={scanned.kinds} choice={choice} onChoose={onChoose} />
      <p className="border-s-4 border-accent ps-3 font-medium">{t('support')}</p>
    </div>
  )
}
