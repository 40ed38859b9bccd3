import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { getTranslations } from 'next-intl/server'
import { ScanFlow } from '@/components/scan/scan-flow'
import { SignedOut } from '@/components/scan/signed-out'
import { Unavailable } from '@/components/site/unavailable'
import { ClientMessages } from '@/components/ui/client-messages'
import { pageSession } from '@/lib/auth'
import { settings } from '@/lib/env'
import { RequestId, ScanCode } from '@/lib/wire'

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('scan'))('meta') }
}

/** `{id}.{code}`, as the QR carries it, or `{id}` alone: a reload, or the way back from signing in. */
function readSegment(segment: string): { id: string; code?: string } | null {
  if (ScanCode.safeParse(segment).success) return { id: segment.slice(0, 22), code: segment }
  return RequestId.safeParse(segment).success ? { id: segment } : null
}

/** Changes nothing: link previews and prefetches come here as well. The components ask once a person sees them. */
export default async function ScanCodePage({ params }: { params: Promise<{ code: string }> }) {
  const target = readSegment((await params).code)
  if (!target) notFound()
  const { status } = await pageSession()
  if (status === 'unavailable') return <Unavailable />
  const { appUrl, signUp } = settings()
  return (
    <ClientMessages
      only={['scan', 'device', 'place', 'when', 'faults', 'errors', 'fields', 'reauthenticate', 'common']}
    >
      {status === 'signed_in' ? (
        <ScanFlow {...target} />
      ) : (
        <SignedOut {...target} appUrl={appUrl} signUpOpen={signUp === 'open'} />
      )}
    </ClientMessages>
  )
}
