import { Database } from 'lucide-react'
import { getTranslations } from 'next-intl/server'
import { Notice } from './notice'
import { RefreshUntilGone } from './refresh-until-gone'

/** In the place of a page that can't know who asks, because the database is away. */
export async function Unavailable() {
  const t = await getTranslations('unavailable')
  return (
    <Notice title={t('title')} icon={<Database className="size-10 text-soft" aria-hidden="true" />}>
      <p role="status" className="text-soft">
        {t('body')}
      </p>
      <RefreshUntilGone />
    </Notice>
  )
}
