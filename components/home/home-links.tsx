import { ChevronRight, History, MonitorSmartphone, ScanLine, UserRound } from 'lucide-react'
import { getTranslations } from 'next-intl/server'
import { Link } from '../ui/link'

const LINKS = [
  { href: '/scan', icon: ScanLine, title: 'scan', hint: 'scanHint' },
  { href: '/sessions', icon: MonitorSmartphone, title: 'sessions', hint: 'sessionsHint' },
  { href: '/activity', icon: History, title: 'activity', hint: 'activityHint' },
  { href: '/account', icon: UserRound, title: 'account', hint: 'accountHint' },
] as const

export async function HomeLinks() {
  const t = await getTranslations('home')
  return (
    <nav className="-mx-2 mt-6 border-y border-line py-2 sm:-mx-3">
      {LINKS.map(({ href, icon: Icon, title, hint }) => (
        <Link
          key={href}
          href={href}
          className="flex items-center gap-4 rounded-card px-2 py-3 transition-colors duration-150 hover:bg-sunken sm:px-3"
        >
          <Icon className="size-6 shrink-0 text-accent" strokeWidth={1.75} aria-hidden="true" />
          <span className="flex-1">
            <span className="block leading-6 font-medium">{t(title)}</span>
            <span className="block text-sm leading-5 text-soft">{t(hint)}</span>
          </span>
          <ChevronRight className="size-5 shrink-0 text-soft rtl:-scale-x-100" aria-hidden="true" />
        </Link>
      ))}
    </nav>
  )
}
