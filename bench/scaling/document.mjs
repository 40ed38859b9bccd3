// The part of docs/scaling.md that is computed stands between two markers.
const BEGIN = '<!-- Computed by `npm run scaling -- --write`: change nothing here. -->'
const END = '<!-- Computed until here. -->'

function placeIn(document) {
  const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)]
  if (from < 0 || to < from) throw new Error(`the document lacks "${BEGIN}" or "${END}"`)
  return [from + BEGIN.length, to]
}

/** What stands there now. */
export const extract = (document) => document.slice(...placeIn(document)).trim()

/** The document with another text there. */
export function insert(document, text) {
  const [from, to] = placeIn(document)
  return `${document.slice(0, from)}\n\n${text}\n\n${document.slice(to)}`
}
