'use client'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { startTransition } from 'react'
import { Notice } from '@/components/site/notice'
import { Button } from '@/components/ui/button'

export default function ErrorPage({ reset }: { error: Error; reset: () => void }) {
  const t = useTranslations('errorPage')
  const router = useRouter()

  function again() {
    startTransition(() => {
      router.refresh()
      reset()
    })
  }

  return (
    <Notice title={t('title')}>
      <p className="text-soft">{t('body')}</p>
      <Button onClick={again} className="mt-2 w-full">
        {t('again')}
      </Button>
    </Notice>
  )
}
