'use client'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useCallback, useRef, useState } from 'react'
import { Card, Title } from '../ui/card'
import { Status } from '../ui/status'
import { Camera } from './camera'
import { CodeForm } from './code-form'
import { ownPath } from './own-code'
import { useCamera, type CameraState } from './use-camera'

/** What the live region says of the camera by itself. */
const SPOKEN: CameraState[] = ['starting', 'running', 'refused', 'absent', 'insecure', 'broken']

/** Two ways to a request: the camera, and the letters beside the code. */
export function ScanEntry({ appUrl }: { appUrl: string }) {
  const t = useTranslations('scan.entry')
  const router = useRouter()
  const video = useRef<HTMLVideoElement>(null)
  const [seen, setSeen] = useState<'own' | 'foreign'>()
  const leaving = useRef(false)

  const onText = useCallback(
    (text: string) => {
      // The camera sees the same code again until the next page is there.
      if (leaving.current) return
      const path = ownPath(text, appUrl)
      setSeen(path ? 'own' : 'foreign')
      if (!path) return
      leaving.current = true
      router.push(path)
    },
    [appUrl, router],
  )
  const { state, start } = useCamera(video, onText)
  const words =
    seen === 'own'
      ? t('found')
      : seen === 'foreign' && state === 'running'
        ? t('foreign')
        : SPOKEN.includes(state)
          ? t(state as Exclude<CameraState, 'idle'>)
          : ''

  return (
    <Card className="my-auto">
      <Title>{t('title')}</Title>
      <p className="mt-2 text-soft">{t('lead')}</p>
      <Camera video={video} state={state} onStart={start} />
      <Status className="mt-2 min-h-18 wide:min-h-13 text-center text-sm leading-6">{words}</Status>
      <CodeForm />
    </Card>
  )
}
