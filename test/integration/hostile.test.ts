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

  // Sockets cannot be opened through /proc (ENXIO): that is harmless. Node itself does not survive the loss of its own.
  const garbage = {
    scribbles: ['lost'],
    scribblesThroughProc: ['returned'],
    closesAll: ['lost', 'signaled', 'exited', 'threw'],
  } as const
  for (const [name, reasons] of Object.entries(garbage) as [keyof typeof garbage, readonly string[]][]) {
    test(`garbage on every descriptor it can reach (${name}) is its own loss`, async () => {
      const values = tasks<Values>('values')
      const neighbour = values.later('unharmed')
      const outcome = await ending(tasks<Hostile>('hostile', quiet)[name].run())
      assert.equal(outcome.kind, outcome.reason === 'returned' ? 'Ok' : 'Anything', summary(outcome))
      assert.ok(reasons.includes(outcome.reason), summary(outcome))
      assert.equal(await ending(neighbour), 'unharmed')
      assert.equal(await ending(values.add(1, 2)), 3)
    })
  }

  test('a function that raises its own limits is ended at its CPU time all the same', async () => {
    const { raisesLimits } = tasks<Hostile>('hostile', { ...quiet, cpuTime: 300 })
    const failure = failureOf(await ending(raisesLimits.run('burn')), 'CpuTimeout', ['worker-clock', 'tree-clock'])
    assert.ok(failure.usage.cpuTime >= 300 && failure.usage.cpuTime < 550, summary(failure))
  })

  test('a function that raises its own limits is ended at its memory all the same', async () => {
    const { raisesLimits } = tasks<Hostile>('hostile', { ...quiet, memory: '100MB' })
    const failure = failureOf(await ending(raisesLimits.run('grow')), 'Memorylimit', ['data', 'heap', 'tree', 'cgroup'])
    assert.ok(failure.usage.peakMemory < 200e6, summary(failure))
  })

  test('deleting globals and breaking prototypes leaves the limits and the host alone', async () => {
    for (const name of ['deletesGlobals', 'breaksPrototypes', 'pollutesPrototype', 'emitsOnProcess'] as const) {
      const outcome = await ending<Outcome<unknown>>(tasks<Hostile>('hostile', quiet)[name].run())
      assert.equal(outcome.kind, 'Ok', summary(outcome))
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
