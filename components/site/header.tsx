import { Link } from '../ui/link'
import { Mark } from '../ui/mark'

export function Header({ appName }: { appName: string }) {
  return (
    <header className="mx-auto flex h-16 w-full short:h-12 max-w-5xl items-center px-4 sm:px-6">
      <Link href="/" prefetch={false} className="flex min-h-11 items-center gap-2 rounded-md font-semibold">
        <Mark className="size-7" />
        {appName}
      </Link>
    </header>
  )
}
