/** The attacks that are tried, in the order of the table in SECURITY.md, and what stops them where they are stopped. */

export const POLICIES = ['adaptive', 'strict', 'off'] as const
export type Policy = (typeof POLICIES)[number]

const NUMBER = 'the number that the phone has to pick'
const CODE = 'the one-time code, where the risk is high'
const WORTH = 'nothing: see what it is worth'
const REFUSED = 'nothing, unless `strict` refuses'
const SCAN_TOKEN = 'the scan token belongs to one session, and is good for one approval'

/** By name: what is tried, and what stops it. */
export const ATTACKS = {
  tapSame: ['A live code is relayed, and the victim does one plain tap: both at one address', NUMBER],
  tapElsewhere: ['… the attacker at another address', NUMBER],
  tapUndetermined: ['… the attacker at an undetermined address', NUMBER],
  tapTrusted: ['… the attacker in a network of `TRUSTED_NETWORKS`', NUMBER],
  tapAbroad: ['… the attacker in another country, by `GEOIP_DATABASE`', NUMBER],
  tapForeignDevice: ["… the attacker's browser holds a device cookie of its own account", NUMBER],
  tapHalfDevice: ["… it holds the id of the victim's device and a made-up secret", NUMBER],
  tapKnown: [
    "… the attacker sits at a browser that the victim's account knows",
    "nothing: it is taken for the victim's own",
  ],
  typedCode: ['The typed code is told on the telephone, that browser being known', NUMBER],
  blindTap: ['A live code is relayed, and the victim taps any of the numbers', `${NUMBER}: one try`],
  carriedNumber: ['The number is carried over to the victim', CODE],
  carriedCode: ['… and the one-time code', WORTH],
  carriedNumberTrusted: ['The number is carried over, from a network of `TRUSTED_NETWORKS`', WORTH],
  carriedNumberAfterReport: ['The number is carried over, within a week after a report', CODE],
  carriedCodeAfterReport: ['… and the one-time code', REFUSED],
  carriedNumberAbroad: ['The number is carried over, from another country', CODE],
  carriedCodeAbroad: ['… and the one-time code', REFUSED],
  askAgain: ['A desktop that was declined and reported asks again', 'the block, for 30 days'],
  askAgainFresh: ['… with its cookies deleted, from its address', 'the block by address and browser'],
  sentAround: [
    'One live code is sent to many, and a third account presents it before the first decides',
    'that ends it',
  ],
  worthApproving: [
    "A relayed session approves another desktop, or ends the phone's session",
    'the password has to be given first',
  ],
  worthStay: [
    'A relayed session stays for as long as the victim could choose',
    'the limit for strange desktops',
  ],
  takenBack: ['A relayed session goes on after "Sign it out again"', 'its row is ended'],
  reportedSession: [`… after "This wasn't me" in the mail`, 'its row is ended'],
  hiddenNotice: ['A relayed session reads or hides the notice of itself', 'it is on probation'],
  photograph: ['An old photograph of a code is used', 'codes of 30 s, of which two are good'],
  usedCode: ['A code that was used is used again', 'one claim, one session'],
  guessUserCodes: ['1,000 typed codes are guessed', '5 tries by account and 20 by address in 15 minutes'],
  guessOneTimeCodes: [
    '1,000 one-time codes are guessed',
    '3 tries, counted before they are compared, where one is asked for',
  ],
  claimOthers: [
    "Somebody claims another's code again and again",
    '"Not me": twice, and that account is kept out for 15 minutes',
  ],
  retireOthers: ["Somebody opens codes to retire another's", 'each browser retires its own, by its secrets'],
  otherScanToken: ["A phone approves with another phone's scan token", SCAN_TOKEN],
  replayedScanToken: ['A scan token approves twice, or at the same time', SCAN_TOKEN],
  noDesktopSecret: ['A request is read, ended or used without its desktop secret', 'the desktop secret'],
  early: ['A desktop uses its request before the approval', 'the state, in the write'],
  plantedDesktop: ["A desktop secret is planted in the victim's browser", 'each request mints its own'],
  plantedDevice: [
    "A device cookie is planted in the victim's browser",
    "a stranger's device is never adopted",
  ],
  attackersAccount: [
    "The victim's desktop is let into the attacker's account",
    'nothing: the page says whose account it is',
  ],
  attackersPassword: [
    "Another site signs the browser in to the attacker's account",
    'origin checks and a token',
  ],
  crossSiteConfirm: ['Another site approves, knowing the scan token', '`SameSite` cookies and origin checks'],
  clickjacking: ['Another site frames the approval', '`frame-ancestors` and `X-Frame-Options`'],
  doubleClick: ['A second click falls on the approval that another window covered', 'it sleeps for 700 ms'],
  fetchedAhead: ['A link to a code is previewed, prefetched or prerendered', 'only a seen page asks'],
  driveBy: [
    "Another site sends the visitor to the approval of the attacker's code",
    'the visit approves nothing',
  ],
  forgedAddress: [
    'An address is forged in forwarding headers',
    'the socket and `TRUSTED_PROXIES` alone count',
  ],
  forgedLimits: ['A new address is forged for each call, to escape the limits', "the peer's limit counts"],
  rebinding: ['A hostile name points at the server, and its page calls', 'the `Host` check'],
  otherSpelling: [
    'An address is spelled another way, to escape a policy, a limit or the log',
    'each address has one spelling',
  ],
  otherMessage: [
    'A message is sent that two readers take for two different ones',
    'what is ambiguous ends the connection',
  ],
  brokenIds: [
    'An id or a number that is none is sent, to feign an outage',
    'the schemas, before anything else',
  ],
  manyCookies: ['Cookies pile up until answers are too large for a proxy', 'ten are deleted at a time'],
  nextAuth: ["next-auth's own addresses are used as a way around", 'six of them exist'],
  stolenSession: ['A session cookie is used on another device', 'the device cookie'],
  guessedSession: ['A session cookie is guessed or torn', '256 bits, compared by hash'],
  endedSession: ['A copied session is used after signing out', 'the row decides'],
  stolenProfile: ['All cookies are copied to another device', 'nothing: it is the same browser'],
  forgedLink: [`A link that says "This wasn't me" is made up`, '256 bits, compared by hash'],
  replayedLink: [
    'Such a link is used again, to sign out a later session',
    'each is good once, for one session',
  ],
  preHijacked: [
    "Somebody signs up with the victim's address first, and stays until the victim confirms it",
    'the link is a claim, by a new account',
  ],
  preHijackedAgain: ['… or signs up after the victim, to change the password', 'the second one is not kept'],
  preHijackedByCode: [
    "… or lets the victim's browser into that account by a code first",
    'a session by code confirms no address',
  ],
  fetchedLink: ['A mail scanner fetches such a link, and runs its page', 'only a press acts'],
} as const satisfies Record<string, readonly [what: string, stoppedBy: string]>

export type Attack = keyof typeof ATTACKS
