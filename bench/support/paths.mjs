import path from 'node:path'

export const BENCH = path.resolve(import.meta.dirname, '..')
export const ROOT = path.resolve(BENCH, '..')
export const WORK = path.join(BENCH, '.work')
/** The copy of the app that is measured: with routes of the bench's own beside the app's. */
export const APP = path.join(WORK, 'app')
/** The Next app that has nothing of ours: a constant, and better-auth. */
export const NEXT_PEER = path.join(WORK, 'next-peer')
