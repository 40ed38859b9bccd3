import { afterEach, expect, test, vi } from 'vitest'
import { settings } from '../env'
import { Cookies, setCookie, setDesktopSecret } from './cookies'

const ID = 'AAAAAAAAAAAAAAAAAAAAAA'
afterEach(() => vi.restoreAllMocks())

test('over https every cookie is bound to this host', () => {
  vi.spyOn(settings(), 'appUrl', 'get').mockReturnValue('https://login.example')
  for (const line of [setCookie('session', 'x', 60), setDesktopSecret(ID, 'x')])
    expect(line).toMatch(/^__Host-qrl-.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  // One that lacks the prefix could have been planted by a neighbouring host.
  expect(new Cookies('qrl-session=planted').get('session')).toBeUndefined()
  expect(new Cookies(`qrl-login-${ID}=planted`).desktopSecrets().size).toBe(0)
  expect(new Cookies(`__Host-qrl-login-${ID}=own`).desktopSecret(ID)).toBe('own')
})

test('over plain http they do without', () => {
  expect(setCookie('device', 'x', 60)).toBe('qrl-device=x; Max-Age=60; Path=/; HttpOnly; SameSite=Lax')
})

test('what is no request’s id is no desktop secret', () => {
  const held = new Cookies(`qrl-login-${ID}=a; qrl-login-short=b; qrl-login-=c; other=d`).desktopSecrets()
  expect([...held]).toEqual([[ID, 'a']])
})
