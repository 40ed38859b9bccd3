'use client'
import { useTranslations } from 'next-intl'
import type { LoginRequest } from './use-login-request'

/** For a phone without a camera. Once a phone has the request, the code is dead and goes, but not its place. */
export function TypedCode({ request, host }: { request: LoginRequest; host: string }) {
  const t = useTranslations('login')
  const { phase, userCode } = request
  const alive = phase.name === 'new' || phase.name === 'opening'

  const code = () =>
    userCode ? (
      <span
        role="group"
        aria-label={t('codeToType')}
        className="mx-0.5 inline-block font-mono text-lg font-semibold tracking-wider whitespace-nowrap text-ink"
      >
        {userCode}
      </span>
    ) : (
      <span className="mx-0.5 inline-block h-5 w-28 rounded-sm bg-sunken align-middle" />
    )
  const address = () => <span className="font-medium break-words text-ink">{host}/scan</span>

  return (
    <p className={`mt-4 min-h-8 leading-8 text-soft ${alive ? '' : 'invisible'}`}>
      {t.rich('noCamera', { code, address })}
    </p>
  )
}
