/** A check mark that draws itself. */
export function Check() {
  return (
    <div className="absolute inset-0 flex animate-appear items-center justify-center rounded-card bg-accent-wash">
      <svg viewBox="0 0 64 64" className="size-28" fill="none" aria-hidden="true">
        <circle cx="32" cy="32" r="30" className="fill-accent" />
        <path
          d="M19 33.5l9 9 17-20"
          pathLength="1"
          strokeDasharray="1"
          strokeWidth="5"
          strokeLinecap="round"
          strokeLinejoin="round"
          className="animate-draw stroke-on-accent"
        />
      </svg>
    </div>
  )
}
