// A job can hurt only itself.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from 'stint'
import { failureOf, returned, summary } from '../support/outcomes.js'
import { ending } from '../support/poll.js'
import { behaviours } from '../support/suite.js'

type Hostile = typeof import('../fixtures/hostile.js')
type Values = typeof import('../fixtures/values.js')

behaviours('a hostile job', ({ tasks }) => {
  const quiet = { stdout: 'ignore', stderr: 'ignore', wallTime: '20s' } as const

  for (const name of ['scribbles', 'closesAll', 'scribblesThroughProc'] as const) {
    test(`garbage on every descriptor it can reach (${name}) is its own loss`, async () => {
      const values = tasks<Values>('values')
      const neighbour = values.later('unharmed')
      const outcome = await ending(tasks<Hostile>('hostile', quiet)[name].run())
      if (outcome.kind !== 'Ok')
        assert.deepEqual([outcome.kind, /lost|signaled|threw|exited/.test(outcome.reason)], ['Anything', true], summary(outcome))
      assert.equal(await ending(neighbour), 'unharmed')
      assert.equal(await ending(values.add(1, 2)), 3)
    })
  }

  test('a job that scribbles and then runs over its limit is still ended, and never as another limit', async () => {
    const { raisesLimits } = tasks<Hostile>('hostile', { ...quiet, cpuTime: 300 })
    const failure = failureOf(await ending(raisesLimits.run()), 'CpuTimeout', ['worker-clock', 'tree-clock'])
    assert.ok(failure.usage.cpuTime < 1_500, summary(failure))
  })

  test('deleting globals and breaking prototypes leaves the limits and the host alone', async () => {
    for (const name of ['deletesGlobals', 'breaksPrototypes', 'pollutesPrototype', 'emitsOnProcess'] as const) {
      const outcome = await ending<Outcome<unknown>>(tasks<Hostile>('hostile', quiet)[name].run())
      assert.ok(outcome.kind === 'Ok' || outcome.kind === 'Anything', summary(outcome))
    }
    assert.equal(await ending(tasks<Values>('values').add(1, 2)), 3)
  })

  test('a polluted Object.prototype gives the value that was returned', async () => {
    assert.deepEqual(returned(await ending(tasks<Hostile>('hostile', quiet).pollutesPrototype.run())), { answer: 42 })
  })

  test('a job that tells its keeper to end does not get away', async () => {
    const outcome = await ending(tasks<Hostile>('hostile', quiet).killsItsParent.run())
    assert.ok(outcome.kind === 'Ok' || outcome.reason === 'lost', summary(outcome))
  })
})
