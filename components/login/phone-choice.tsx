'use client'
import { useTranslations } from 'next-intl'
import { withNext } from '../next-param'
import { Button, ButtonLink } from '../ui/button'

/** What a phone is for on this page: signing in itself, or scanning another screen. */
export function PhoneChoice({ returnTo, onShow }: { returnTo: string; onShow: () => void }) {
  const t = useTranslations('login.phone')
  return (
    <div className="mt-4 flex flex-col gap-3 wide:hidden">
      <p className="mb-3 text-soft">{t('lead')}</p>
      <ButtonLink href={withNext('/signin', returnTo)} prefetch={false}>
        {t('here')}
      </ButtonLink>
      <ButtonLink href="/scan" variant="quiet" prefetch={false}>
        {t('scan')}
      </ButtonLink>
      <Button variant="plain" onClick={onShow}>
        {t('show')}
      </Button>
    </div>
  )
}
