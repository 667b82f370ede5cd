// Lines of the runners, counted by scenario.
import type { Grade, Line } from './scenario.js'

export type Counts = Record<Grade, number>
export interface Failure extends Line {
  readonly user: string
}

export class Tally {
  readonly rows = new Map<string, Counts>()
  readonly failures: Failure[] = []
  readonly passes = new Map<string, number>()

  add(user: string, line: Line): void {
    const counts = this.rows.get(line.scenario) ?? { right: 0, wrong: 0, late: 0, leftover: 0 }
    this.rows.set(line.scenario, counts)
    counts[line.grade]++
    if (line.grade !== 'right') this.failures.push({ ...line, user })
    const kind = `${user}, ${line.isolation}, ${line.loaded ? 'loaded' : 'idle'} cores`
    this.passes.set(kind, (this.passes.get(kind) ?? 0) + 1)
  }

  get totals(): Counts {
    const totals: Counts = { right: 0, wrong: 0, late: 0, leftover: 0 }
    for (const counts of this.rows.values()) {
      for (const grade of Object.keys(totals) as Grade[]) totals[grade] += counts[grade]
    }
    return totals
  }
}

/** The table as text. */
export function tableOf({ rows, totals }: Tally): string {
  const width = Math.max(...[...rows.keys()].map(({ length }) => length), 8)
  const line = (name: string, cells: readonly (string | number)[]) =>
    [name.padEnd(width), ...cells.map((cell) => String(cell).padStart(8))].join(' ')
  const cells = ({ right, wrong, late, leftover }: Counts) => [right, wrong, late, leftover]
  return [
    line('scenario', ['right', 'wrong', 'late', 'leftover']),
    ...[...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, counts]) => line(name, cells(counts))),
    line('all', cells(totals)),
  ].join('\n')
}

/** The command that repeats one turn. */
export function repeating({ scenario, repetition, isolation, loaded, user }: Failure, seed: number): string {
  const how = isolation === '-' ? '' : ` --isolations ${isolation}`
  return `npm run campaign -- --seed ${seed} --first ${repetition} --repetitions 1 --only ${JSON.stringify(scenario)} --users ${user}${how} --loads ${loaded ? 'loaded' : 'idle'}`
}
