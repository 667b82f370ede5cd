import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endedAt, failureOf, returned } from '../support/outcomes.js'
import { ending } from '../support/poll.js'
import { ours } from '../support/processes.js'
import { behaviours } from '../support/suite.js'

type Nesting = typeof import('../fixtures/nesting.js')

behaviours('nesting', ({ tasks }) => {
  test('an inner wall limit that is tighter ends the inner job, with its own value', async () => {
    const { innerCall } = tasks<Nesting>('nesting', { wallTime: '20s' })
    const inner = returned(await ending(innerCall.run('sleep', 60_000, { wallTime: 400 })))
    assert.deepEqual([inner.kind, inner.reason], ['Timeout', 'wall'])
    assert.equal((inner.limits as { wallTime: number }).wallTime, 400)
    assert.match(inner.message, /400|0\.4/)
  })

  test('an outer wall limit that is tighter ends the outer job, with its own value, clean', async () => {
    const { innerCall } = tasks<Nesting>('nesting', { wallTime: 900 })
    const outer = failureOf(await ending(innerCall.run('sleep', 60_000, { wallTime: '60s' })), 'Timeout', 'wall')
    endedAt(outer, 900)
    assert.equal(outer.limits.wallTime, 900)
    assert.match(outer.error.message, /900|0\.9/)
    // The inner keeper ends its job by itself when its host dies: how many of them the outer one still finds is chance.
    await ending(innerCall.close({ force: true })) // its own spare, too
    assert.deepEqual(ours(), [])
  })

  test('an inner memory limit above the outer one: the outer holds, and is named', async () => {
    const { innerCall } = tasks<Nesting>('nesting', { memory: '200MB', wallTime: '25s' })
    const outcome = await ending(innerCall.run('touch', 500, { memory: '2GB' }))
    if (outcome.kind === 'Ok') {
      assert.equal(outcome.value.kind, 'Memorylimit')
      assert.ok(((outcome.value.limits as { memory: number }).memory ?? 0) <= 200e6, JSON.stringify(outcome.value))
    } else {
      const outer = failureOf(outcome, 'Memorylimit', ['tree', 'cgroup', 'data'])
      assert.equal(outer.limits.memory, 200e6)
    }
    await ending(innerCall.close({ force: true }))
    assert.deepEqual(ours(), [])
  })

  test('an inner command under an outer allowance of processes counts', async () => {
    const { innerCommand } = tasks<Nesting>('nesting', { processes: 8, wallTime: '25s' })
    const inner = returned(await ending(innerCommand.run('sh', ['-c', 'sleep 0.05 & sleep 0.05 & wait'], { processes: 2 })))
    assert.equal(inner.kind, 'Ok')
    const denied = returned(await ending(innerCommand.run('sh', ['-c', 'sleep 5 & sleep 5 & sleep 5 & wait'], { processes: 2 })))
    assert.deepEqual([denied.kind, denied.reason], ['Subprocess', 'denied'])
    const outer = tasks<Nesting>('nesting', { processes: 0, wallTime: '25s' })
    failureOf(await ending(outer.innerCommand.run('true', [], {})), 'Subprocess', 'denied')
  })
})
