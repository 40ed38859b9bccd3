import { useId, type ComponentProps } from 'react'

interface Props extends ComponentProps<'input'> {
  label: string
  name: string
  hint?: string
  error?: string
}

/** A labelled input. The line below it is always there, so that an error moves nothing. */
export function Field({ label, hint, error, className = '', ...input }: Props) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
      </label>
      <input
        id={id}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-hint`}
        {...input}
        className={`block min-h-12 w-full rounded-card border border-edge bg-surface px-4 text-base text-ink aria-invalid:border-danger ${className}`}
      />
      <p
        id={`${id}-hint`}
        className={`min-h-9 pt-1 pb-2 text-sm leading-6 ${error === undefined ? 'text-soft' : 'text-danger'}`}
      >
        {error ?? hint}
      </p>
    </div>
  )
}
