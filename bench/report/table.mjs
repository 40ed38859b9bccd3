// Rows of text as a table in Markdown.
const escaped = (cell) => cell.replaceAll('|', '\\|')
const line = (cells) => `| ${cells.map(escaped).join(' | ')} |`

/** The first column is text, the others are numbers. */
export function table([heading, ...rows]) {
  const rule = ['---', ...heading.slice(1).map(() => '--:')]
  return [line(heading), `|${rule.join('|')}|`, ...rows.map(line)].join('\n')
}
