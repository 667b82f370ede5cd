import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Outcome } from 'stint'
import { isWorker, limitSignal } from 'stint/worker'
import { endedAt, failureOf, returned, summary } from '../support/outcomes.js'
import { ending } from '../support/poll.js'
import { behaviours } from '../support/suite.js'

type Stops = typeof import('../fixtures/stops.js')
type Time = typeof import('../fixtures/time.js')

behaviours('soft stop', ({ tasks }) => {
  test('the worker knows that it is one, the host that it is none', async () => {
    assert.equal(returned(await ending(tasks<Stops>('stops').inWorker.run())), true)
    assert.equal(isWorker, false)
    assert.equal(limitSignal.aborted, false)
  })

  test('what a function returns within the grace is partial, and the limit stays the cause', async () => {
    const stops = tasks<Stops>('stops', { wallTime: 300, gracePeriod: '20s' })
    const failure = failureOf(await ending(stops.returnsOnSignal.run()), 'Timeout', 'wall')
    assert.ok(failure.partial && failure.partial.done > 0, summary(failure))
    assert.deepEqual([failure.partial.kind, failure.partial.name], ['Timeout', 'TimeoutError'])
    endedAt(failure, 300)
    const other = failureOf(await ending(stops.returnsOnLimit.run()), 'Timeout', 'wall')
    assert.equal(other.partial, 'stopped by Timeout')
  })

  test('a direct call that was stopped rejects, with the partial value in the outcome', async () => {
    const { returnsOnLimit } = tasks<Stops>('stops', { wallTime: 200, gracePeriod: '20s' })
    await assert.rejects(ending(returnsOnLimit()), (error: { outcome: { partial?: unknown } }) => {
      assert.equal(error.outcome.partial, 'stopped by Timeout')
      return true
    })
  })

  test('running JavaScript is interrupted, and the handler runs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stint-test-'))
    try {
      for (const limits of [{ wallTime: 200 }, { cpuTime: 200 }]) {
        const file = join(folder, Object.keys(limits)[0] ?? '')
        const outcome = await ending(tasks<Stops>('stops', { ...limits, gracePeriod: '3s' }).busyWithHandler.run(file))
        assert.ok(['Timeout', 'CpuTimeout'].includes(outcome.kind), summary(outcome))
        assert.ok(existsSync(file), summary(outcome))
        assert.equal(readFileSync(file, 'utf8'), 'handler ran')
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('a function that listens and stays is killed when the grace is over', async () => {
    const { listensAndStays } = tasks<Stops>('stops', { wallTime: 200, gracePeriod: 400 })
    const failure = failureOf(await ending(listensAndStays.run()), 'Timeout', 'wall')
    assert.ok(failure.wallTime >= 600, summary(failure))
    assert.equal(failure.partial, undefined)
  })

  test('no grace is spent where nothing listens, or listens no longer', async () => {
    const stops = tasks<Stops>('stops', { wallTime: 200, gracePeriod: '25s' })
    endedAt(failureOf(await ending(stops.unsubscribes.run()), 'Timeout', 'wall'), 200)
    const time = tasks<Time>('time', { wallTime: 200, gracePeriod: '25s' })
    endedAt(failureOf(await ending(time.sleep.run(60_000)), 'Timeout', 'wall'), 200)
    endedAt(failureOf(await ending(time.spinForEver.run()), 'Timeout', 'wall'), 200)
  })

  test('no grace is given where none is set', async () => {
    const { returnsOnLimit } = tasks<Stops>('stops', { wallTime: 200 })
    endedAt(failureOf(await ending(returnsOnLimit.run()), 'Timeout', 'wall'), 200)
  })

  test('an error in the grace does not become the cause', async () => {
    const { throwsInGrace } = tasks<Stops>('stops', { wallTime: 200, gracePeriod: '20s' })
    const failure = failureOf(await ending(throwsInGrace.run()), 'Timeout', 'wall')
    assert.equal(failure.partial, undefined)
  })

  test('the stack of running JavaScript is where the limit hit', async () => {
    const time = tasks<Time>('time', { wallTime: 200 })
    assert.match(await whereOf(() => time.spinForEver.run()), /time\.js/)
    const cpu = tasks<Time>('time', { cpuTime: 200, wallTime: '20s' })
    assert.match(await whereOf(() => cpu.spinForEver.run()), /spinForEver/)
    assert.match(await whereOf(() => cpu.backtracks.run()), /backtracks/)
  })

  test('the active resources of an idle loop are where the limit hit', async () => {
    const { sleep } = tasks<Time>('time', { wallTime: 200 })
    assert.match(await whereOf(() => sleep.run(60_000)), /Timeout|timer/i)
  })

  test('a limit at the very moment of the normal end gives one of the two', async () => {
    const { endsAt } = tasks<Stops>('stops', { wallTime: 120 })
    for (let i = 0; i < 24; i++) {
      const outcome = await ending(endsAt.run(114 + (i % 6)))
      if (outcome.kind !== 'Ok') endedAt(failureOf(outcome, 'Timeout', 'wall'), 120)
      else assert.deepEqual([outcome.value, outcome.reason, 'error' in outcome], ['by itself', 'returned', false])
      assert.equal('value' in outcome && 'error' in outcome, false, summary(outcome))
    }
  })
})

/** `where` of a run, which must be told at the first try, also on loaded cores. */
async function whereOf(run: () => Promise<Outcome<unknown>>): Promise<string> {
  const outcome = await ending(run())
  return outcome.where ?? summary(outcome)
}
