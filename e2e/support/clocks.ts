/** Processes whose clocks are wrong, by Debian's faketime; their timers are right. */
import fs from 'node:fs'

const LIBRARY = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu']
  .map((folder) => `${folder}/faketime/libfaketime.so.1`)
  .find((file) => fs.existsSync(file))

export const canBeOff = LIBRARY !== undefined

/** The environment of a process whose clock is off by that (`+30s`); of any other one where that can't be done. */
export const clockOff = (by: string): Record<string, string> =>
  LIBRARY === undefined ? {} : { LD_PRELOAD: LIBRARY, FAKETIME: by, FAKETIME_DONT_FAKE_MONOTONIC: '1' }
