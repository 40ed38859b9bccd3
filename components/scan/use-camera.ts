'use client'
import { useCallback, useEffect, useRef, useState, type RefObject } from 'react'
import { useInsecure } from '../use-browser'
import { createDetector, type Detector } from './detector'

export type CameraState = 'idle' | 'starting' | 'running' | 'refused' | 'absent' | 'insecure' | 'broken'

const LOOK_EVERY_MS = 150

/** DOMException name → what it means here (Media Capture and Streams §9.2). */
const FAILURES: Record<string, CameraState> = {
  NotAllowedError: 'refused',
  SecurityError: 'refused',
  NotFoundError: 'absent',
  OverconstrainedError: 'absent',
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

/** The back camera where there is one, in the size that reading a code takes. */
function openCamera(): Promise<MediaStream> {
  const video = { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 720 } }
  return navigator.mediaDevices.getUserMedia({ video, audio: false })
}

/** Hands over each text that is seen, until `signal` aborts. */
async function look(
  video: HTMLVideoElement,
  detector: Detector,
  onText: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const ready = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA
    const found = ready ? await detector.detect(video).catch(() => []) : []
    if (signal.aborted) return
    for (const { rawValue } of found) onText(rawValue)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

async function run(video: HTMLVideoElement, onText: (text: string) => void, signal: AbortSignal) {
  const stream = await openCamera()
  signal.addEventListener('abort', () => stop(stream))
  if (signal.aborted) return stop(stream)
  video.srcObject = stream
  const [detector] = await Promise.all([createDetector(), video.play()])
  void look(video, detector, onText, signal)
}

async function isAllowedAlready(): Promise<boolean> {
  const status = await navigator.permissions?.query({ name: 'camera' as PermissionName }).catch(() => null)
  return status?.state === 'granted'
}

/** The camera, from a press (or at once where it is allowed already) until the page goes. */
export function useCamera(video: RefObject<HTMLVideoElement | null>, onText: (text: string) => void) {
  const insecure = useInsecure()
  const [state, setState] = useState<CameraState>('idle')
  const current = useRef<AbortController>(undefined)

  const start = useCallback(() => {
    if (!window.isSecureContext) return
    if (!video.current || !navigator.mediaDevices) return setState('absent')
    current.current?.abort()
    const controller = (current.current = new AbortController())
    setState('starting')
    run(video.current, onText, controller.signal).then(
      () => controller.signal.aborted || setState('running'),
      (error: unknown) => {
        controller.abort()
        setState(FAILURES[error instanceof DOMException ? error.name : ''] ?? 'broken')
      },
    )
  }, [video, onText])

  useEffect(() => {
    let left = false
    void isAllowedAlready().then((allowed) => allowed && !left && start())
    return () => {
      left = true
      current.current?.abort()
    }
  }, [start])

  return { state: insecure ? ('insecure' as const) : state, start }
}
