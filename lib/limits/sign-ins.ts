import { giveBackAll, take, type Taking } from './limits'

/**
 * Runs a sign-in, by password or by code, and counts it for its account where a session came of it. It is called once the
 * password was right or a phone has approved, so that no stranger can use up what the account's person has.
 * @param isMade whether a session came of it
 * @throws AppError `too_many_sign_ins`
 */
export async function countSignIn<T>(
  userId: string,
  signIn: () => Promise<T>,
  isMade: (outcome: T) => boolean = () => true,
): Promise<T> {
  const taking: Taking = ['signed_in', userId]
  await take(...taking)
  let made = false
  try {
    const outcome = await signIn()
    made = isMade(outcome)
    return outcome
  } finally {
    if (!made) await giveBackAll([taking])
  }
}
