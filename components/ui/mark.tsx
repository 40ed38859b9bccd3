/** The logo: three corners of a code, and a check where the fourth would be. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        d="M8 13v-3a2 2 0 0 1 2-2h3M19 8h3a2 2 0 0 1 2 2v3M13 24h-3a2 2 0 0 1-2-2v-3M16.5 20.5l3 3 5.5-6.5"
        className="stroke-on-accent"
        fill="none"
        strokeWidth="2.5"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
