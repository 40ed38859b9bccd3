/** People, and what they do to get in and out. */
import { randomUUID } from 'node:crypto'
import { expect, type Page } from '@playwright/test'
import { messages as t } from './words'

export interface Person {
  name: string
  email: string
  password: string
}

/** Somebody whom no test has met before. */
export const newPerson = (name = 'Ada Lovelace'): Person => ({
  name,
  email: `${randomUUID()}@example.org`,
  password: 'correct horse battery',
})

/** Fills in the page that makes an account, in the page's language, and sends it. */
export async function askToSignUp(page: Page, person: Person, words: typeof t = t): Promise<void> {
  await page.getByLabel(words.fields.name, { exact: true }).fill(person.name)
  await page.getByLabel(words.fields.email).fill(person.email)
  await page.getByLabel(words.fields.password).fill(person.password)
  await page.getByRole('button', { name: words.signup.submit }).click()
}

/** The same, and waits until the page has been left. */
export async function signUp(page: Page, person = newPerson()): Promise<Person> {
  await askToSignUp(page, person)
  await expect(page).not.toHaveURL(/\/signup/)
  return person
}

/** Fills in the page that asks for the password, and waits until it has been left. */
export async function signIn(page: Page, person: Person): Promise<void> {
  await page.getByLabel(t.fields.email).fill(person.email)
  await page.getByLabel(t.fields.password).fill(person.password)
  await page.getByRole('button', { name: t.signin.submit }).click()
  await expect(page).not.toHaveURL(/\/signin/)
}

/** Signs a browser in with a new account without showing a page: for tests that are about something else. */
export async function signedIn(page: Page, person = newPerson()): Promise<Person> {
  await call(page, 'POST', '/api/users', person)
  await signedInAgain(page, person)
  return person
}

/** The same for an account that exists. */
export async function signedInAgain(page: Page, { email, password }: Person): Promise<void> {
  await call(page, 'POST', '/api/auth/callback/password', { email, password })
}

/** As our own pages would, with the cookies of this browser. */
async function call(page: Page, method: string, path: string, data?: unknown): Promise<unknown> {
  const response = await page.request.fetch(path, {
    method,
    data,
    headers: { 'Sec-Fetch-Site': 'same-origin' },
  })
  expect(response.ok(), `${method} ${path}: ${response.status()}`).toBe(true)
  return response.json()
}

/** Answers the page that wants the password once more. */
export async function givePassword(page: Page, { password }: Person): Promise<void> {
  const dialog = page.getByRole('dialog', { name: t.reauthenticate.title })
  await dialog.getByLabel(t.fields.password).fill(password)
  await dialog.getByRole('button', { name: t.reauthenticate.submit }).click()
  await expect(dialog).toHaveCount(0)
}

/** The id of the session that a browser's cookie names. */
export async function sessionIdOf(page: Page): Promise<string> {
  const cookies = await page.context().cookies()
  return cookies.find(({ name }) => name === 'qrl-session')?.value.split('.')[0] ?? ''
}
