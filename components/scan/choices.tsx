'use client'
import { useTranslations } from 'next-intl'
import type { Kind, Stay } from '@/lib/wire'
import type { Choice } from './use-choice'

interface Props {
  /** What is allowed. */
  kinds: Kind[]
  stays: Stay[]
  choice: Choice
  onChoose: (choice: Choice) => void
}

const WORDS = { '12h': 'stay12h', '7d': 'stay7d', '30d': 'stay30d' } as const

export function Choices({ kinds, stays, choice, onChoose }: Props) {
  const t = useTranslations('scan.confirm')
  return (
    <div className="flex flex-col gap-2 short:gap-0">
      <fieldset className="flex flex-wrap items-center gap-x-4">
        {/* Floated, it is laid out with the choices like any other item. */}
        <legend className="float-start font-medium">{t('stay')}</legend>
        <div className="flex gap-x-4">
          {stays.map((stay) => (
            <label key={stay} className="flex min-h-10 items-center gap-2 whitespace-nowrap">
              <input
                type="radio"
                name="stay"
                value={stay}
                checked={choice.stay === stay}
                onChange={() => onChoose({ ...choice, stay })}
                className="size-5 accent-accent"
              />
              {t(WORDS[stay])}
            </label>
          ))}
        </div>
      </fieldset>
      {kinds.length > 1 && (
        <label className="flex min-h-10 items-start gap-3 leading-6">
          <input
            type="checkbox"
            checked={choice.kind === 'derived'}
            onChange={(event) =>
              onChoose({ ...choice, kind: event.target.checked ? 'derived' : 'independent' })
            }
            className="mt-0.5 size-5 shrink-0 accent-accent"
          />
          {t('derived')}
        </label>
      )}
    </div>
  )
}
