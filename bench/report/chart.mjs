// Bars, one group below the other, as SVG. Colours follow the reader's light or dark setting.
const WIDTH = 760
const LABEL_WIDTH = 270
const BAR = 18
const ROW = 26
const GAP = 44
const TOP = 16
const VALUE_WIDTH = 90

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 14px }
  .other { fill: #8c959f }
  .ours { fill: #1f6feb }
  .spread { stroke: #24292f; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .other { fill: #6e7681 }
    .ours { fill: #58a6ff }
    .spread { stroke: #e6edf3 }
  }`

const escaped = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)

/**
 * @param groups `{title, bars: [{name, median, min, max, isOurs}]}`; each group has a scale of its own
 * @param format of a value
 */
export function barChart(groups, format) {
  let y = TOP
  const parts = []
  for (const { title, bars } of groups) {
    const scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / Math.max(...bars.map(({ max }) => max))
    parts.push(`<text class="title" x="0" y="${y + 4}">${escaped(title)}</text>`)
    y += 16
    for (const bar of bars) {
      parts.push(row(bar, y, scale, format))
      y += ROW
    }
    y += GAP - 16
  }
  const height = y - GAP + 24
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>${escaped(groups.map(({ title }) => title).join('; '))}</title>`,
    `<style>${STYLE}\n</style>`,
    ...parts,
    '</svg>\n',
  ].join('\n')
}

function row({ name, median, min, max, isOurs }, y, scale, format) {
  const at = (value) => (LABEL_WIDTH + value * scale).toFixed(1)
  const middle = y + BAR / 2
  const base = middle + 4.5
  return [
    `<text x="${LABEL_WIDTH - 8}" y="${base}" text-anchor="end">${escaped(name)}</text>`,
    `<rect class="${isOurs ? 'ours' : 'other'}" x="${LABEL_WIDTH}" y="${y}" width="${(median * scale).toFixed(1)}" height="${BAR}" rx="2"/>`,
    `<line class="spread" x1="${at(min)}" x2="${at(max)}" y1="${middle}" y2="${middle}"/>`,
    `<text x="${Number(at(max)) + 8}" y="${base}">${escaped(format(median))}</text>`,
  ].join('\n')
}
