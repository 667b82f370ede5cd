// Which turns a repetition has, in which order: all of it follows from the seed.
import { Random } from '../support/random.js'
import type { Isolation, Load, Order, Scenario } from './scenario.js'

/** One scenario, once. */
export interface Turn {
  readonly scenario: Scenario
  readonly isolation: Isolation
  readonly repetition: number
  readonly load: Load
  /** Of the scenario's own random numbers. */
  readonly seed: number
}

/** Every row once. Its isolation changes from one repetition to the next, so that each has as many turns of it. */
export function turnsOf(scenarios: readonly Scenario[], order: Order, [repetition, load]: readonly [number, Load]): Turn[] {
  const rows = wantedRows(scenarios, order.rows).filter(({ alone }) => (alone === true) === order.alone)
  const turns = rows.flatMap((scenario, index): Turn[] => {
    const isolation = scenario.only ?? order.isolations[(repetition + index) % order.isolations.length]
    if (isolation === undefined || !order.isolations.includes(isolation)) return []
    const seed = hash(`${order.seed} ${scenario.name} ${isolation} ${repetition}`)
    return [{ scenario, isolation, repetition, load, seed }]
  })
  return new Random(hash(`${order.seed} ${repetition}`)).shuffled(turns)
}

/** Rows of just these names, else rows that have one of these in their names. */
function wantedRows(scenarios: readonly Scenario[], names: readonly string[]): readonly Scenario[] {
  if (names.length === 0) return scenarios
  const exactly = scenarios.filter(({ name }) => names.includes(name))
  return exactly.length > 0 ? exactly : scenarios.filter(({ name }) => names.some((part) => name.includes(part)))
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193)
  return value
}
