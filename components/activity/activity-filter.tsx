import { getTranslations } from 'next-intl/server'
import { ACTIVITIES, type Activity } from '@/lib/wire'
import { Link } from '../ui/link'

/** Links, so that what is shown stands in the address. */
export async function ActivityFilter({ of }: { of: Activity | undefined }) {
  const t = await getTranslations('activity')
  return (
    <nav aria-label={t('filter')} className="mb-6">
      <ul className="flex flex-wrap gap-1 rounded-card bg-sunken p-1">
        {[undefined, ...ACTIVITIES].map((kind) => (
          <li key={kind ?? 'all'} className="flex-auto">
            <Link
              href={kind ? `/activity?of=${kind}` : '/activity'}
              prefetch={false}
              replace
              scroll={false}
              aria-current={kind === of ? 'page' : undefined}
              className="flex min-h-11 items-center justify-center rounded-lg px-2 text-center text-sm text-soft sm:text-base hover:text-ink aria-[current]:bg-surface aria-[current]:font-medium aria-[current]:text-ink"
            >
              {t(kind ?? 'all')}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
