import NextLink from 'next/link'
import type { ComponentProps } from 'react'

/** Only here may the camera be used. A browser learns that as it loads a page, and not where Next replaces one. */
const CAMERA_PAGE = '/scan'

/** A link within this site. */
export function Link({ href, ...props }: ComponentProps<typeof NextLink>) {
  if (href !== CAMERA_PAGE) return <NextLink href={href} {...props} />
  const { prefetch: _, ...anchor } = props
  return <a href={CAMERA_PAGE} {...anchor} />
}
