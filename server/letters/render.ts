/** A letter's content as text and as simple HTML: no pictures, nothing from elsewhere, and colours for dark and light. */
import { DIRECTION, type Locale } from '../../lib/i18n/locale'

export interface Content {
  subject: string
  title: string
  lead: string
  facts: { name: string; value: string }[]
  action: { label: string; href: string }
  /** What the button does, and until when. */
  after: string
  footer: string
}

/** @param colon as the language writes it, with its space */
export function renderText(content: Content, colon: string): string {
  const { title, lead, facts, action, after, footer } = content
  const listed = facts.map(({ name, value }) => name + colon + value).join('\n')
  const link = `${action.label + colon.trimEnd()}\n${action.href}`
  return [title, lead, listed, link, after, `-- \n${footer}`].join('\n\n') + '\n'
}

/** Whatever a person or a browser may have named. */
const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const BODY = 'margin:0;padding:24px;font:16px/1.6 system-ui,-apple-system,sans-serif'
const TITLE = 'margin:0 0 16px;font-size:24px;line-height:1.25'
const NAME = 'padding:4px 16px 4px 0;vertical-align:top;opacity:0.75'
const VALUE = 'padding:4px 0;vertical-align:top;font-weight:600;overflow-wrap:anywhere'
// A border of the page's own colour: dark modes that invert colours leave a button that can be seen.
const BUTTON =
  'display:inline-block;padding:14px 24px;border:1px solid #ffffff;border-radius:12px;background:#0b5b64;color:#ffffff;font-weight:600;text-decoration:none'
const SMALL = 'margin:24px 0 0;font-size:14px;opacity:0.75;overflow-wrap:anywhere'

export function renderHtml({ title, lead, facts, action, after, footer }: Content, locale: Locale): string {
  const rows = facts.map(
    ({ name, value }) =>
      `<tr><td style="${NAME}">${escape(name)}</td><td style="${VALUE}">${escape(value)}</td></tr>`,
  )
  return `<!doctype html>
<html lang="${locale}" dir="${DIRECTION[locale]}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escape(title)}</title>
</head>
<body style="${BODY}">
<div style="max-width:480px;margin:0 auto">
<h1 style="${TITLE}">${escape(title)}</h1>
<p style="margin:0 0 16px">${escape(lead)}</p>
<table role="presentation" style="margin:0 0 24px;border-collapse:collapse">
${rows.join('\n')}
</table>
<p style="margin:0 0 16px"><a href="${escape(action.href)}" style="${BUTTON}">${escape(action.label)}</a></p>
<p style="margin:0">${escape(after)}</p>
<p style="${SMALL}">${escape(footer)}</p>
</div>
</body>
</html>
`
}
