/** In the place of a list that is on its way. */
export function ListSkeleton({ rows }: { rows: number }) {
  return (
    <div aria-hidden="true" className="noscript:hidden">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex animate-skeleton items-center gap-4 border-t border-line py-4">
          <span className="size-7 rounded-card bg-line" />
          <span className="flex flex-1 flex-col gap-2">
            <span className="h-4 w-40 rounded-sm bg-line" />
            <span className="h-3 w-56 max-w-full rounded-sm bg-line" />
          </span>
        </div>
      ))}
    </div>
  )
}
