/** Takes a letter apart, as a reader of mail does: as much of MIME (RFC 2045, 2047) as ours are made of. */

export interface Opened {
  /** By lowercase name. */
  headers: Map<string, string>
  text: string
  html: string
}

export function openLetter(raw: string): Opened {
  const { headers, body } = split(raw)
  const boundary = /boundary="?([^";]+)"?/.exec(headers.get('content-type') ?? '')?.[1]
  const parts = body.split(`--${boundary}`).slice(1, -1).map(split)
  const part = (type: string) => parts.find(({ headers }) => headers.get('content-type')?.startsWith(type))
  return { headers, text: decoded(part('text/plain')), html: decoded(part('text/html')) }
}

type Part = ReturnType<typeof split>

function split(raw: string) {
  const [, head = '', body = ''] = /^(?:\r\n)?([\s\S]*?)\r\n\r\n([\s\S]*)$/.exec(raw) ?? []
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), decodeWords(line.slice(colon + 1).trim())]
    }),
  )
  return { headers, body }
}

function decoded(part: Part | undefined): string {
  if (!part) return ''
  const encoding = part.headers.get('content-transfer-encoding')
  const bytes =
    encoding === 'base64'
      ? Buffer.from(part.body, 'base64')
      : encoding === 'quoted-printable'
        ? quotedPrintable(part.body.replace(/=\r\n/g, ''))
        : Buffer.from(part.body)
  return bytes.toString('utf8').replace(/\r\n/g, '\n')
}

const quotedPrintable = (text: string): Buffer =>
  Buffer.from(
    text.replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16))),
    'latin1',
  )

const decodeWords = (value: string): string =>
  value
    .replace(/(\?=)\s+(=\?)/g, '$1$2')
    .replace(/=\?UTF-8\?([QB])\?(.*?)\?=/gi, (_, how: string, word: string) =>
      (how.toUpperCase() === 'B'
        ? Buffer.from(word, 'base64')
        : quotedPrintable(word.replaceAll('_', ' '))
      ).toString('utf8'),
    )
