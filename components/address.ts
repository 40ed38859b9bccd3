import type { useTranslations } from 'next-intl'

type Translate = ReturnType<typeof useTranslations<'device'>>

/** 127.0.0.0/8 and ::1, also as IPv4 in IPv6 (RFC 6890). */
const LOOPBACK = /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/i

/** An address for people: what the server calls itself says nothing to them. */
export function addressText(address: string, t: Translate): string {
  return LOOPBACK.test(address) ? t('loopback', { address }) : address
}
