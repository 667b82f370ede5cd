// Which turns a repetition has, in which order: all of it follows from the seed.
import { Random } from '../support/random.js'
import type { Kit, Order, Scenario } from './scenario.js'

/** One scenario, once. */
export interface Turn {
  readonly scenario: Scenario
  readonly isolation: Kit['isolation']
  readonly repetition: number
  /** Of the scenario's own random numbers. */
  readonly seed: number
}

export function turnsOf(scenarios: readonly Scenario[], order: Order, repetition: number): Turn[] {
  const wanted = scenarios.filter(({ name }) => order.only.length === 0 || order.only.some((part) => name.includes(part)))
  const turns = wanted.flatMap((scenario) =>
    (scenario.once ? order.isolations.slice(0, 1) : order.isolations).map((isolation) => ({
      scenario,
      isolation,
      repetition,
      seed: hash(`${order.seed} ${scenario.name} ${isolation} ${repetition}`),
    })),
  )
  return new Random(hash(`${order.seed} ${repetition}`)).shuffled(turns)
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193)
  return value
}
