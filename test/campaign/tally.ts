// Lines of the runners, counted by scenario, isolation and user; kept in a file from one run to the next.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type Grade, type Line, PASS } from './scenario.js'

export type Counts = Record<Grade, number>
export interface Failure extends Line {
  readonly user: string
  readonly seed: number
}
export interface Cell {
  readonly scenario: string
  readonly isolation: Line['isolation']
  readonly user: string
  readonly counts: Counts
}
interface Saved {
  readonly cells: Cell[]
  readonly failures: Failure[]
  readonly loads: Record<string, number>
  readonly seeds: number[]
  readonly seconds: number
}

const none = (): Counts => ({ right: 0, wrong: 0, late: 0, leftover: 0 })

export class Tally {
  readonly #cells = new Map<string, Cell>()
  readonly failures: Failure[] = []
  /** Repetitions by load of the cores. */
  readonly loads: Record<string, number> = {}
  readonly seeds: number[] = []
  seconds = 0

  /** What was counted before, if there is such a file. */
  constructor(file?: string) {
    if (file === undefined || !existsSync(file)) return
    const { cells, failures, loads, seeds, seconds } = JSON.parse(readFileSync(file, 'utf8')) as Saved
    for (const cell of cells) this.#cells.set(keyOf(cell), cell)
    this.failures.push(...failures)
    Object.assign(this.loads, loads)
    this.seeds.push(...seeds)
    this.seconds = seconds
  }

  save(file: string): void {
    const { failures, loads, seeds, seconds } = this
    const saved: Saved = { cells: [...this.cells], failures, loads, seeds, seconds }
    writeFileSync(file, JSON.stringify(saved, undefined, 1))
  }

  add(line: Failure): void {
    const { scenario, isolation, user, grade, load } = line
    const cell = this.#cells.get(keyOf(line)) ?? { scenario, isolation, user, counts: none() }
    this.#cells.set(keyOf(line), cell)
    cell.counts[grade]++
    if (grade !== 'right') this.failures.push(line)
    this.loads[load] = (this.loads[load] ?? 0) + 1
  }

  get cells(): readonly Cell[] {
    return [...this.#cells.values()]
  }

  /** Of all repetitions. */
  get count(): number {
    return Object.values(this.totals).reduce((sum, each) => sum + each, 0)
  }

  get totals(): Counts {
    return sumOf(this.cells)
  }
}

function keyOf({ scenario, isolation, user }: Pick<Cell, 'scenario' | 'isolation' | 'user'>): string {
  return `${scenario} ${isolation} ${user}`
}

export function sumOf(cells: readonly Cell[]): Counts {
  const sum = none()
  for (const { counts } of cells) for (const grade of Object.keys(sum) as Grade[]) sum[grade] += counts[grade]
  return sum
}

/** By name of the scenario, in their order. */
export function rowsOf(cells: readonly Cell[]): [string, Cell[]][] {
  const rows = new Map<string, Cell[]>()
  for (const cell of cells) rows.set(cell.scenario, [...(rows.get(cell.scenario) ?? []), cell])
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The table as text. */
export function tableOf(tally: Tally): string {
  const rows = rowsOf(tally.cells)
  const width = Math.max(...rows.map(([name]) => name.length), 8)
  const line = (name: string, cells: readonly (string | number)[]) =>
    [name.padEnd(width), ...cells.map((cell) => String(cell).padStart(8))].join(' ')
  const cells = ({ right, wrong, late, leftover }: Counts) => [right, wrong, late, leftover]
  return [
    line('scenario', ['right', 'wrong', 'late', 'leftover']),
    ...rows.map(([name, each]) => line(name, cells(sumOf(each)))),
    line('all', cells(tally.totals)),
  ].join('\n')
}

/** The command that repeats one turn, or the whole pass that a look at the host came after. */
export function repeating({ scenario, repetition, isolation, load, user, seed }: Failure): string {
  const how = isolation === '-' ? '' : ` --isolation ${isolation}`
  const what = scenario === PASS.name ? PASS.repetitions : `1 --rows ${JSON.stringify(scenario)}`
  return `npm run campaign -- --seed ${seed} --first ${repetition} --repetitions ${what} --users ${user}${how} --loads ${load}`
}
