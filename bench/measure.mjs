// How every part measures: in turn, so that whatever else the machine does meets all alike.
export const quick = process.argv.includes('--quick')

/** As many as asked for, or a tenth of it with --quick. */
export const rounds = (count) => (quick ? Math.max(5, Math.ceil(count / 10)) : count)

/**
 * Calls each way in turn, `count` times, after a few that do not count.
 * @param ways by name: an async function; what it returns counts (milliseconds), else the time it took
 * @returns by name: { median, p99, n }
 */
export async function inTurn(ways, count, warmUp = 3) {
  const seen = Object.fromEntries(Object.keys(ways).map((name) => [name, []]))
  for (let round = -warmUp; round < count; round++) {
    for (const [name, way] of Object.entries(ways)) {
      const started = performance.now()
      const told = await way()
      const taken = typeof told === 'number' ? told : performance.now() - started
      if (round >= 0) seen[name].push(taken)
    }
  }
  return Object.fromEntries(Object.entries(seen).map(([name, values]) => [name, summary(values)]))
}

export function summary(values) {
  return { median: quantile(values, 0.5), p99: quantile(values, 0.99), n: values.length }
}

export function quantile(values, at) {
  const sorted = [...values].sort((a, b) => a - b)
  return Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))].toPrecision(4))
}

/** One row of the page. `ours`: stint's; else something to compare it with. */
export function tell(group, name, figures, { ours = false, unit = 'ms', note } = {}) {
  console.log(JSON.stringify({ group, name, ours, unit, ...figures, ...(note === undefined ? {} : { note }) }))
}

/** Rows of what inTurn() gave; names that begin with 'stint' are ours. */
export function tellAll(group, results, options = {}) {
  for (const [name, figures] of Object.entries(results))
    tell(group, name, figures, { ours: name.startsWith('stint'), ...options })
}
