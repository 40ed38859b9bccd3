'use client'
import { Camera as CameraIcon, CameraOff } from 'lucide-react'
import { useTranslations } from 'next-intl'
import type { RefObject } from 'react'
import { Button } from '../ui/button'
import { useHydrated } from '../use-browser'
import type { CameraState } from './use-camera'

interface Props {
  video: RefObject<HTMLVideoElement | null>
  state: CameraState
  onStart: () => void
}

/** Waiting for another press helps in these, not where there is no camera to open. */
const STARTABLE: CameraState[] = ['idle', 'refused', 'broken', 'starting']

export function Camera({ video, state, onStart }: Props) {
  const t = useTranslations('scan.entry')
  const hydrated = useHydrated()
  const running = state === 'running'
  const Icon = STARTABLE.includes(state) && state !== 'refused' ? CameraIcon : CameraOff
  return (
    <div className="relative mt-6 aspect-[4/3] overflow-hidden rounded-card bg-sunken">
      <video
        ref={video}
        playsInline
        muted
        aria-label={t('video')}
        className={`absolute inset-0 size-full object-cover ${running ? '' : 'invisible'}`}
      />
      {running ? (
        <span className="absolute inset-[14%] rounded-card border-2 border-white shadow-[0_0_0_100vmax_rgb(0_0_0/0.35)]" />
      ) : (
        <div className="absolute inset-0 flex flex-col items-center justify-center gap-6">
          <Icon className="size-12 text-soft" strokeWidth={1.5} aria-hidden="true" />
          {STARTABLE.includes(state) && (
            <Button onClick={onStart} busy={state === 'starting'} disabled={!hydrated}>
              {t('use')}
            </Button>
          )}
        </div>
      )}
    </div>
  )
}
