import { toNextJsHandler } from 'better-auth/next-js'
import { makeAuth } from '../../../../better-auth.mjs'

export const { GET, POST } = toNextJsHandler(makeAuth())
