import { ChevronLeft } from 'lucide-react'
import { getTranslations } from 'next-intl/server'
import { Link } from '../ui/link'

export async function BackHome() {
  const t = await getTranslations('common')
  return (
    <Link
      href="/"
      className="-ms-2 mb-2 inline-flex min-h-11 items-center gap-1 rounded-card pe-3 text-soft hover:text-ink"
    >
      <ChevronLeft className="size-5 rtl:-scale-x-100" aria-hidden="true" />
      {t('back')}
    </Link>
  )
}
