import type { ComponentProps } from 'react'
import { Link } from './link'

const BASE =
  'inline-flex min-h-12 items-center justify-center gap-2 rounded-card px-4 py-2 text-center font-semibold transition-colors duration-150 disabled:cursor-default aria-disabled:cursor-default'

const VARIANTS = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong',
  strong: 'bg-strong text-on-strong hover:bg-strong-hover',
  quiet: 'bg-surface text-ink border border-edge hover:bg-sunken',
  plain: 'text-accent hover:bg-sunken',
  danger: 'bg-danger text-on-danger hover:bg-danger-strong',
} as const

type Variant = keyof typeof VARIANTS

function classes(variant: Variant, className = '') {
  return `${BASE} ${VARIANTS[variant]} ${className}`
}

interface ButtonProps extends ComponentProps<'button'> {
  variant?: Variant
  /** At work: shows it, and takes no second press. */
  busy?: boolean
  /** Keeps the focus while it takes no press, which a disabled button loses. */
  keepsFocus?: boolean
}

export function Button({
  variant = 'primary',
  busy = false,
  keepsFocus = false,
  className,
  children,
  ...props
}: ButtonProps) {
  const off = busy || props.disabled === true
  return (
    <button
      type="button"
      {...props}
      disabled={off && !keepsFocus}
      aria-disabled={(off && keepsFocus) || undefined}
      onClick={off ? undefined : props.onClick}
      aria-busy={busy || undefined}
      className={classes(variant, `relative ${className ?? ''}`)}
    >
      <span className={busy ? 'opacity-0' : ''}>{children}</span>
      {busy && <Spinner />}
    </button>
  )
}

/** Three dots rather than a wheel, so that it reads as "busy" without motion as well. */
function Spinner() {
  return (
    <span className="absolute inset-0 flex items-center justify-center gap-1.5" aria-hidden="true">
      {[0, 200, 400].map((delay) => (
        <span
          key={delay}
          className="size-2 animate-skeleton rounded-full bg-current"
          style={{ animationDelay: `${delay}ms` }}
        />
      ))}
    </span>
  )
}

interface ButtonLinkProps extends ComponentProps<typeof Link> {
  variant?: Variant
}

export function ButtonLink({ variant = 'primary', className, ...props }: ButtonLinkProps) {
  return <Link {...props} className={classes(variant, className)} />
}

/** A link in running text or a row of links, at least 24 px high (WCAG 2.2 §2.5.8). */
export function TextLink({ className = '', ...props }: ComponentProps<typeof Link>) {
  return (
    <Link
      {...props}
      className={`inline-block rounded-sm py-1 font-medium text-accent underline decoration-1 underline-offset-4 hover:text-accent-strong hover:decoration-2 ${className}`}
    />
  )
}
