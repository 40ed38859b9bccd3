import { qrLogin, staticBehindDoor } from './app.mjs'
import { bare, staticNext } from './bare.mjs'
import { betterAuth } from './better-auth.mjs'
import { engines } from './engines.mjs'
import { oidcProvider } from './oidc-provider.mjs'

export const lane = qrLogin(true)
export const throughNext = qrLogin(false)

export const targets = [
  bare,
  staticNext,
  staticBehindDoor,
  throughNext,
  lane,
  ...engines,
  betterAuth(true),
  betterAuth(false),
  oidcProvider('memory'),
  oidcProvider('sqlite'),
]
