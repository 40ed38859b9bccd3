/** People who keep signing in while faults happen around them. */
import { setTimeout } from 'node:timers/promises'
import type { Site } from './client'
import type { Rows } from './database'
import { Patient, type Attempt } from './patient'
import { count, type Tally } from './tally'

const PHONES = 10
/** Sign-ins and the fault begin at any moment of this. */
const ROUND_MS = 1_500
/** How long people think between two steps, at most. */
const THINK_MS = 250

/** A pause of any length up to `within` milliseconds. */
export const sometime = (within = ROUND_MS): Promise<void> => setTimeout(Math.random() * within)

export interface Outcome extends Tally {
  /** Calls that failed and were made again. */
  waitedOut: number
  /** Answers that no fault excuses. */
  wrong: string[]
}

/** What became of the requests, before those that are over are forgotten. */
export async function noteStates(attempts: Attempt[], rows: Rows): Promise<void> {
  for (const attempt of attempts) {
    const row = (await rows.request(attempt.id)) as { state: string } | undefined
    attempt.state = row?.state ?? 'gone'
  }
}

/** Ten sign-ins in each round and a fault somewhere among them, while `goesOn`. */
export async function survive(
  site: Site & { rows: () => Rows },
  goesOn: (round: number) => boolean,
  fault: (round: number) => Promise<void>,
): Promise<Outcome> {
  const patient = new Patient(site, THINK_MS)
  const rows = site.rows()
  const phones = await Promise.all(Array.from({ length: PHONES }, () => patient.phone()))
  const people: Attempt[][] = []
  for (let round = 0; goesOn(round); round++) {
    const signIns = phones.map(async (phone) => {
      await sometime()
      return patient.signIn(phone)
    })
    await Promise.all([...signIns, sometime().then(() => fault(round))])
    const came = await Promise.all(signIns)
    await noteStates(came.flat(), rows)
    people.push(...came)
  }
  for (const phone of phones) await patient.look(phone)
  const tally = await count(people, rows)
  await rows.close()
  return { ...tally, waitedOut: patient.waitedOut, wrong: patient.wrong }
}

/** All that so many sign-ins may come to. */
export const whole = (signIns: number) => ({ signIns, sessions: signIns, lost: 0, doubled: 0, wrong: [] })
