import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { turnsOf } from '../../campaign/order.js'
import { scenarios } from '../../campaign/rows/all.js'
import type { Order } from '../../campaign/scenario.js'

const order: Order = {
  seed: 1,
  first: 1,
  step: 1,
  repetitions: 4,
  until: 0,
  rows: [],
  isolations: ['exec', 'fork'],
  loads: ['idle'],
  lanes: 2,
  alone: false,
}
const turns = (more: Partial<Order> = {}) =>
  [1, 2, 3, 4].flatMap((repetition) => turnsOf(scenarios, { ...order, ...more }, [repetition, 'idle']))

describe('the turns of a campaign', () => {
  it('have every row once in a repetition, those that want to be alone in hosts of their own', () => {
    const all = [...turns(), ...turns({ alone: true })]
    for (const row of scenarios) assert.equal(all.filter(({ scenario }) => scenario === row).length, 4, row.name)
  })

  it('have each isolation of a row as often as the other', () => {
    const all = turns()
    for (const row of scenarios.filter(({ alone, once, only }) => !(alone || once || only))) {
      const forked = all.filter(({ scenario, isolation }) => scenario === row && isolation === 'fork')
      assert.equal(forked.length, 2, row.name)
    }
  })

  it('follow from the seed', () => {
    const told = (each: ReturnType<typeof turns>) => each.map(({ scenario, isolation }) => `${scenario.name} ${isolation}`)
    assert.deepEqual(told(turns()), told(turns()))
    assert.notDeepEqual(told(turns()), told(turns({ seed: 2 })))
  })
})
