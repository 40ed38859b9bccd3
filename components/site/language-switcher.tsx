'use client'
import { ChevronDown } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useLocale, useTranslations } from 'next-intl'
import { useId, useState, useTransition } from 'react'
import { api } from '../api'
import { useHydrated } from '../use-browser'

/** Each language in its own words, so that everyone finds theirs. */
const NAMES = { en: 'English', zh: '简体中文' }

export function LanguageSwitcher() {
  const id = useId()
  const t = useTranslations('language')
  const locale = useLocale()
  const hydrated = useHydrated()
  const router = useRouter()
  const [chosen, setChosen] = useState<string>()
  const [refreshing, startTransition] = useTransition()

  async function choose(value: string) {
    setChosen(value)
    await api('POST', '/api/locale', { locale: value }).catch(() => undefined)
    startTransition(() => {
      router.refresh()
      setChosen(undefined)
    })
  }

  return (
    <div className="relative flex items-center text-sm text-soft">
      <label htmlFor={id} className="sr-only">
        {t('label')}
      </label>
      <select
        id={id}
        value={chosen ?? locale}
        disabled={!hydrated || refreshing}
        onChange={(event) => void choose(event.target.value)}
        className="min-h-11 appearance-none rounded-card bg-transparent ps-3 pe-8 text-base hover:text-ink"
      >
        {Object.entries(NAMES).map(([value, name]) => (
          <option key={value} value={value} lang={value} className="bg-surface text-ink">
            {name}
          </option>
        ))}
      </select>
      <ChevronDown className="pointer-events-none absolute end-2 size-4" aria-hidden="true" />
    </div>
  )
}
