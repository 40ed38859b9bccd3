// What the terminal shows.
import { bound, number, verdict } from './format.mjs'
import { enginesTable, growthTable, heldTable, pageTable, profileTable, requestsTable } from './tables.mjs'

export function printSummary({ measures, minutes, short, skipped = {} }, goals) {
  const { status, open, round, followed, pages, engines, held, many, growth, profile, page } = measures
  if (status) print('Status read', requestsTable(status))
  if (open) print('Open', requestsTable(open))
  if (round) print('Whole round', requestsTable(round))
  if (followed) print('Whole round with events', requestsTable(followed))
  if (pages) print('Pages of a sign-in', requestsTable(pages))
  if (engines) print('By engine', enginesTable(engines))
  if (held) print('Held', heldTable(held))
  if (many)
    console.log(`\n${many.held} held: ${number(many.rssMb)} MiB, ${number(many.kbPerStream)} KiB each`)
  if (growth) print('Growth', growthTable(growth))
  if (profile) print('Where the time goes', profileTable(profile))
  if (page) print('Sign-in page', pageTable(page))
  for (const [name, reason] of Object.entries(skipped)) console.log(`\n${name} was skipped: ${reason}.`)
  if (short)
    console.log('\nA short run shows that everything runs; its numbers say nothing, and judge no goal.')
  else printGoals(goals)
  console.log(`\n${number(minutes)} minutes`)
}

function printGoals(goals) {
  print('Goals', [
    ['', 'goal', 'value', ''],
    ...goals.map((goal) => [goal.name, bound(goal), number(goal.value), verdict(goal)]),
  ])
  for (const { name, reason } of goals) if (reason) console.log(`  ${name}: ${reason}`)
}

function print(title, rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  console.log(`\n${title}`)
  for (const row of rows)
    console.log(
      '  ' +
        row
          .map((cell, i) => cell.padEnd(widths[i]))
          .join('  ')
          .trimEnd(),
    )
}
