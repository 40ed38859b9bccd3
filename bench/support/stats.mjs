/** The value at `share` (0 to 1) of a sorted list. */
export const quantile = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN

export const sorted = (values) => Float64Array.from(values).sort()

/** Median and spread of each number in a list of equal records. */
export function summarize(records) {
  const names = Object.keys(records[0])
  return Object.fromEntries(names.map((name) => [name, spread(records.map((record) => record[name]))]))
}

export function spread(values) {
  const all = sorted(values)
  const middle = all.length >> 1
  const median = all.length % 2 ? all[middle] : (all[middle - 1] + all[middle]) / 2
  return { median, min: all[0], max: all[all.length - 1], values }
}

/** Measures every target in turn, `runs` times over, so that what the machine does meanwhile meets them all. */
export async function interleaved(targets, runs, measure) {
  const records = new Map(targets.map((target) => [target.name, []]))
  for (let run = 0; run < runs; run++)
    for (const target of targets) {
      console.log(`    ${run + 1}/${runs} ${target.name}`)
      records.get(target.name).push(await measure(target))
    }
  return Object.fromEntries([...records].map(([name, list]) => [name, summarize(list)]))
}
