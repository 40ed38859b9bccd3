import { getTranslations } from 'next-intl/server'
import { Notice } from '@/components/site/notice'
import { ButtonLink } from '@/components/ui/button'

export default async function NotFound() {
  const t = await getTranslations('notFound')
  return (
    <Notice title={t('title')}>
      <p className="text-soft">{t('body')}</p>
      <ButtonLink href="/" className="mt-2 w-full">
        {t('home')}
      </ButtonLink>
    </Notice>
  )
}
