import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureOf, returned } from '../support/outcomes.js'
import { ending } from '../support/poll.js'
import { behaviours } from '../support/suite.js'

type Reports = typeof import('../fixtures/reports.js')

behaviours('progress reports', ({ tasks }) => {
  test('values arrive in order, before the outcome', async () => {
    const seen: unknown[] = []
    const { countTo } = tasks<Reports>('reports', { onReport: (value) => seen.push(value) })
    assert.equal(returned(await ending(countTo.run(5))), 'counted')
    const atOutcome = seen.length
    assert.deepEqual(
      seen,
      [1, 2, 3, 4, 5].map((step) => ({ step, of: 5 })),
    )
    assert.equal(seen.length, atOutcome)
  })

  test('a flood does not hold up the job, and its newest value wins', async () => {
    const seen: number[] = []
    const { flood } = tasks<Reports>('reports', { onReport: (value) => seen.push(value as number) })
    assert.equal(returned(await ending(flood.run(20_000))), 'flooded')
    assert.deepEqual(
      seen,
      [...seen].sort((a, b) => a - b),
    )
    assert.equal(seen.at(-1), 20_000)
  })

  test('what was reported before the limit has arrived', async () => {
    const seen: unknown[] = []
    const { reportThenSpin } = tasks<Reports>('reports', { wallTime: 300, onReport: (value) => seen.push(value) })
    failureOf(await ending(reportThenSpin.run({ half: 'done' })), 'Timeout', 'wall')
    assert.deepEqual(seen, [{ half: 'done' }])
  })

  test('reports that nobody listens to are no trouble', async () => {
    assert.equal(returned(await ending(tasks<Reports>('reports').countTo.run(3))), 'counted')
  })

  test('a report that cannot travel is the function’s own failure or nothing, never the host’s', async () => {
    const outcome = await ending(tasks<Reports>('reports', { onReport: () => undefined }).reportFunction.run())
    assert.ok(outcome.kind === 'Ok' || outcome.reason === 'threw' || outcome.reason === 'unserializable')
  })
})
