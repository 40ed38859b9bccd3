/** How long a login request lives in each state, in seconds. */
export const UNSCANNED_SECONDS = 300
export const SCANNED_SECONDS = 120
export const CONFIRMED_SECONDS = 60
/** How long a consume whose answer was lost may be repeated. */
export const REPEAT_SECONDS = 30

/** How long a session on a browser that was not known before may do less. */
export const PROBATION_SECONDS = 86_400

/** The moment `seconds` after `moment`. */
export const after = (moment: Date, seconds: number): Date => new Date(moment.getTime() + seconds * 1000)
