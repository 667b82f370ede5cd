import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CpuTimeoutError, type Outcome } from 'stint'
import { failureOf, returned, summary } from '../support/outcomes.js'
import { ending } from '../support/poll.js'
import { ours } from '../support/processes.js'
import { program } from '../support/programs.js'
import { behaviours, command, commandBehaviours } from '../support/suite.js'

type Time = typeof import('../fixtures/time.js')

/** Under load the keeper's look at the tree may come before the worker's own timer; both clocks are exact. */
const EITHER_CLOCK = ['worker-clock', 'tree-clock'] as const

/** The job used its CPU time, and not much more: what others on the machine use is not counted. */
function usedAbout(outcome: { readonly usage: { readonly cpuTime: number } }, milliseconds: number, tolerance: number): void {
  const { cpuTime } = outcome.usage
  assert.ok(cpuTime >= milliseconds && cpuTime <= milliseconds + tolerance, `used ${cpuTime} of ${milliseconds} ms`)
}

behaviours('CPU time', ({ tasks }) => {
  test('a function just under its limit gives its value, one over it is a CpuTimeout', async () => {
    const { burn } = tasks<Time>('time', { cpuTime: 500 })
    assert.ok(returned(await ending(burn.run(300))) >= 300)
    const failure = failureOf(await ending(burn.run(2_000)), 'CpuTimeout', 'worker-clock')
    assert.ok(failure.error instanceof CpuTimeoutError)
    assert.equal(failure.limits.cpuTime, 500)
    usedAbout(failure, 500, 150)
  })

  for (const name of ['spinForEver', 'backtracks', 'spinInWebAssembly', 'spinInNativeCode', 'catchEverything'] as const) {
    test(`a function that burns CPU for ever (${name}) is ended by its CPU time`, async () => {
      const time = tasks<Time>('time', { cpuTime: 200, wallTime: '25s' })
      const outcome = await ending<Outcome<unknown>>(time[name].run())
      usedAbout(failureOf(outcome, 'CpuTimeout', EITHER_CLOCK), 200, 150)
    })
  }

  test('sleeping costs no CPU time', async () => {
    const outcome = await ending(tasks<Time>('time', { cpuTime: 300 }).sleep.run(700))
    assert.equal(returned(outcome), 'slept 700 ms')
    assert.ok(outcome.usage.cpuTime < 300, summary(outcome))
  })

  test('two threads burn into one limit', async () => {
    const outcome = await ending(tasks<Time>('time', { cpuTime: 600, wallTime: '25s' }).spinInThreads.run(2))
    usedAbout(failureOf(outcome, 'CpuTimeout', EITHER_CLOCK), 600, 200)
  })

  test('four children that burn 0.4 s each end a function limited to 0.8 s by their sum', async () => {
    const { burnInChildren } = tasks<Time>('time', { cpuTime: 800, wallTime: '25s' })
    const failure = failureOf(await ending(burnInChildren.run(program('burn'), 4, 400)), 'CpuTimeout', 'tree-clock')
    usedAbout(failure, 800, 250)
  })

  test('children that stay below the sum are let through', async () => {
    const { burnInChildren } = tasks<Time>('time', { cpuTime: '3s' })
    const outcome = await ending(burnInChildren.run(program('burn'), 4, 150))
    assert.equal(returned(outcome), 4)
    assert.ok(outcome.usage.cpuTime >= 600, summary(outcome))
  })

  test('a grandchild that lives on when the limit hits is gone with it', async () => {
    const processes = tasks<typeof import('../fixtures/processes.js')>('processes', { cpuTime: 300 })
    const failure = failureOf(await ending(processes.leaveThenBurn.run()), 'CpuTimeout', EITHER_CLOCK)
    const left = ours().filter(({ name }) => name === 'sleep')
    assert.deepEqual(left, [])
    assert.ok(failure.usage.leftovers >= 1, summary(failure))
    usedAbout(failure, 300, 150)
  })
})

commandBehaviours('CPU time of commands', () => {
  test('a command under its limit exits by itself, one over it is a CpuTimeout at its limit', async () => {
    assert.equal((await command(program('burn'), ['1', '300'], { cpuTime: 600 })).kind, 'Ok')
    const failure = failureOf(await command(program('burn'), ['1', '20000'], { cpuTime: 400 }), 'CpuTimeout', 'tree-clock')
    usedAbout(failure, 400, 150)
  })

  test('threads and children are summed', async () => {
    usedAbout(failureOf(await command(program('burn'), ['2', '20000'], { cpuTime: 600 }), 'CpuTimeout', 'tree-clock'), 600, 200)
    const children = await command(program('burn_in_children'), ['4', '800'], { cpuTime: 1_000 })
    usedAbout(failureOf(children, 'CpuTimeout', 'tree-clock'), 1_000, 300)
  })

  test('a command that raises its own soft limits is held all the same', async () => {
    const failure = failureOf(await command(program('raise_limits'), [], { cpuTime: 400 }), 'CpuTimeout', 'tree-clock')
    usedAbout(failure, 400, 200)
  })
})
