import { nextAuthHandler } from '@/lib/http/next-auth'

export {
  nextAuthHandler as GET,
  nextAuthHandler as POST,
  nextAuthHandler as PUT,
  nextAuthHandler as PATCH,
  nextAuthHandler as DELETE,
}
