import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endedAt, failureOf, returned, summary } from '../support/outcomes.js'
import { ending, SLACK } from '../support/poll.js'
import { alive, ours, processOf } from '../support/processes.js'
import { program } from '../support/programs.js'
import { behaviours, command, commandBehaviours } from '../support/suite.js'

type Processes = typeof import('../fixtures/processes.js')
type Endings = typeof import('../fixtures/endings.js')

/** Gone at the moment the outcome is in hand, not some time later. */
function gone(...pids: number[]): void {
  for (const pid of pids) assert.ok(!alive(pid), `process ${pid} is alive: ${JSON.stringify(processOf(pid))}`)
}

/** Children that sleep: none is alive when the outcome is in hand. */
const sleepers = () => ours().filter(({ name, state }) => name === 'sleep' && state !== 'Z')

behaviours('leftovers', ({ tasks }) => {
  test('a function that returns with living children gives its value at once, and they are gone', async () => {
    const outcome = await ending(tasks<Processes>('processes', { wallTime: '20s' }).startChildren.run(3))
    gone(...returned(outcome))
    assert.equal(outcome.usage.leftovers, 3, summary(outcome))
    assert.equal(outcome.usage.peakProcesses, 4, summary(outcome))
    assert.ok(outcome.wallTime < SLACK)
  })

  test('a function that returns with a detached child that holds stdout gives its value at once, clean', async () => {
    for (const stdout of ['inherit', 'capture', 'ignore'] as const) {
      const { leaveDetached } = tasks<Processes>('processes', { stdout })
      const outcome = await ending(leaveDetached.run('sleep', ['300']))
      gone(returned(outcome))
      assert.ok(outcome.wallTime < SLACK)
    }
  })

  test('a function that leaves a daemon gives its value at once, clean', async () => {
    const outcome = await ending(tasks<Processes>('processes').leaveDaemon.run(program('daemon')))
    gone(returned(outcome))
    assert.equal(outcome.usage.leftovers, 1, summary(outcome))
  })

  test('kill -9 to itself with a grandchild alive is signaled, clean', async () => {
    const failure = failureOf(await ending(tasks<Endings>('endings').dieWithGrandchild.run()), 'Anything', 'signaled')
    assert.equal(failure.signal, 'SIGKILL')
    assert.deepEqual(sleepers(), [])
    assert.ok(failure.usage.leftovers >= 1, summary(failure))
  })
})

commandBehaviours('leftovers of commands', () => {
  test('a double-forked daemon that holds stdout does not hold the outcome, and is gone', async () => {
    const outcome = await command(program('daemon'), ['300'])
    assert.equal(outcome.kind, 'Ok')
    gone(Number(outcome.stdout))
    assert.equal(outcome.usage.leftovers, 1, summary(outcome))
    assert.ok(outcome.wallTime < SLACK)
  })

  test('a setsid child, a stopped child and a background child are gone', async () => {
    const script = 'setsid sleep 300 & echo $!; sleep 300 & kill -STOP $!; echo $!; sleep 300 & echo $!'
    const outcome = await command('sh', ['-c', script])
    assert.equal(outcome.kind, 'Ok')
    gone(...(outcome.stdout as string).trim().split('\n').map(Number))
    assert.ok(outcome.usage.leftovers >= 3, summary(outcome))
  })

  test('a limit takes the whole tree with it', async () => {
    const script = `setsid sh -c 'sleep 300 & ${program('daemon')} 300' & ${program('stubborn')}`
    const failure = failureOf(await command('sh', ['-c', script], { wallTime: 400 }), 'Timeout', 'wall')
    assert.deepEqual(sleepers(), [])
    endedAt(failure, 400)
    assert.ok(failure.usage.leftovers >= 2, summary(failure))
    assert.ok(failure.usage.peakProcesses > failure.usage.leftovers, summary(failure))
  })

  test('a command whose children all ended has no leftovers', async () => {
    const outcome = await command('sh', ['-c', 'true; sleep 0.01; true'])
    assert.equal(outcome.usage.leftovers, 0, summary(outcome))
  })
})
