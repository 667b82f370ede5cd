// An abort works in every phase of a call: before it, queued, booting, running, in the grace, after it.
import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { failureOf, returned, summary } from '../support/outcomes.js'
import { ending, until } from '../support/poll.js'
import { ours } from '../support/processes.js'
import { statusOf } from '../support/rlimits.js'
import { behaviours, closing, command, commandBehaviours, startCommand } from '../support/suite.js'

type Time = typeof import('../fixtures/time.js')
type Waits = typeof import('../fixtures/waits.js')
type Stops = typeof import('../fixtures/stops.js')
type SlowImport = typeof import('../fixtures/slow-import.js')

const reason = new Error('no longer wanted')

behaviours('abort', ({ tasks }) => {
  test('before the call: nothing starts', async () => {
    const signal = AbortSignal.abort(reason)
    const { sleep } = tasks<Time>('time', { signal })
    const before = ours().length
    const failure = failureOf(await ending(sleep.run(60_000)), 'Anything', 'aborted')
    assert.equal(failure.error.cause, reason)
    assert.equal(ours().length, before, 'no process was started')
  })

  test('queued: the call ends at once, the running one goes on', async () => {
    const controller = new AbortController()
    const { sleep } = tasks<Time>('time', { concurrency: 1 })
    const aborted = closing(sleep.with({ signal: controller.signal }))
    const first = sleep.run(1_500)
    const second = aborted.run(60_000)
    await until('one runs and one waits', () => sleep.stats.running === 1 && sleep.stats.queued === 1)
    controller.abort(reason)
    failureOf(await ending(second), 'Anything', 'aborted')
    assert.equal(sleep.stats.running, 1)
    assert.equal(returned(await ending(first)), 'slept 1500 ms')
  })

  test('booting: the call ends before its module is there', async () => {
    const controller = new AbortController()
    const { answer } = tasks<SlowImport>('slow-import', { signal: controller.signal })
    const started = performance.now()
    const call = answer.run()
    setTimeout(() => controller.abort(reason), 150)
    failureOf(await ending(call), 'Anything', 'aborted')
    assert.ok(performance.now() - started < 10_000)
  })

  test('running: asleep and busy', async () => {
    for (const name of ['reportPidAndSleep', 'reportPidAndSpin'] as const) {
      const controller = new AbortController()
      const waits = tasks<Waits>('waits', { signal: controller.signal, onReport: () => controller.abort(reason) })
      const call = name === 'reportPidAndSleep' ? waits[name].run(60_000) : waits[name].run()
      const failure = failureOf<'Anything', unknown>(await ending(call), 'Anything', 'aborted')
      assert.equal(failure.error.cause, reason)
    }
  })

  test('running, with a grace: the function hears it and its value is partial', async () => {
    const controller = new AbortController()
    const onReport = () => controller.abort(reason)
    const { returnsOnSignal } = tasks<Stops>('stops', { signal: controller.signal, gracePeriod: '20s', onReport })
    const failure = failureOf(await ending(returnsOnSignal.run()), 'Anything', 'aborted')
    assert.equal(failure.partial?.kind, 'Anything', summary(failure))
  })

  test('in the grace: it ends the grace at once, the first cause stays', async () => {
    const controller = new AbortController()
    const onReport = () => controller.abort(reason) // it has heard its limit
    const { listensAndStays } = tasks<Stops>('stops', { wallTime: 200, gracePeriod: '60s', signal: controller.signal, onReport })
    const failure = failureOf(await ending(listensAndStays.run()), 'Timeout', 'wall')
    assert.ok(failure.wallTime < 20_000, summary(failure))
  })

  test('after the end: nothing happens', async () => {
    const controller = new AbortController()
    const outcome = await ending(tasks<Time>('time', { signal: controller.signal }).sleep.run(1))
    controller.abort(reason)
    assert.equal(returned(outcome), 'slept 1 ms')
  })

  test('a direct call rejects with an AbortError whose cause is the reason', async () => {
    const { sleep } = tasks<Time>('time', { signal: AbortSignal.timeout(300) })
    await assert.rejects(ending(sleep(60_000)), (error: Error & { code?: string }) => {
      assert.equal(error.name, 'AbortError')
      assert.equal((error.cause as Error).name, 'TimeoutError')
      return true
    })
  })

  test('a signal serves many calls and keeps no listeners of those that ended', async () => {
    const controller = new AbortController()
    const { sleep } = tasks<Time>('time', { signal: controller.signal, concurrency: 2 })
    for (let i = 0; i < 4; i++) await ending(Promise.all([sleep(1), sleep(1)]))
    assert.ok(getEventListeners(controller.signal, 'abort').length <= 1)
  })

  test('a signal that a dozen calls wait for aborts them all, and Node warns of no leak', () =>
    withoutWarning(async () => {
      const controller = new AbortController()
      const { sleep } = tasks<Time>('time', { signal: controller.signal, concurrency: 2 })
      const calls = Array.from({ length: 12 }, () => sleep.run(60_000))
      controller.abort(reason)
      for (const outcome of await ending(Promise.all(calls))) failureOf(outcome, 'Anything', 'aborted')
    }))
})

commandBehaviours('abort of commands', () => {
  test('before it starts and while it runs', async () => {
    failureOf(await command('sleep', ['300'], { signal: AbortSignal.abort(reason) }), 'Anything', 'aborted')
    const controller = new AbortController()
    const job = startCommand('sleep', ['300'], { signal: controller.signal })
    await job.ready()
    controller.abort(reason)
    const failure = failureOf(await ending(job.outcome), 'Anything', 'aborted')
    assert.equal(failure.error.cause, reason)
  })

  test('a signal that a dozen commands share ends them all, and Node warns of no leak', () =>
    withoutWarning(async () => {
      const controller = new AbortController()
      const jobs = Array.from({ length: 12 }, () => startCommand('sleep', ['300'], { signal: controller.signal }))
      assert.equal(getEventListeners(controller.signal, 'abort').length, 1)
      controller.abort(reason)
      for (const job of jobs) failureOf(await ending(job.outcome), 'Anything', 'aborted')
      assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
    }))

  test('kill() reaches the command alone and makes the outcome aborted', async () => {
    const job = startCommand('sleep', ['300'])
    await ending(job.ready())
    assert.ok(job.pid && job.pid > 0)
    assert.equal(job.kill('SIGTERM'), true)
    const failure = failureOf(await ending(job.outcome), 'Anything', 'aborted')
    assert.equal(failure.signal, 'SIGTERM')
    assert.equal(job.kill('SIGTERM'), false)
  })

  test('kill() with a signal that the command survives changes nothing', async () => {
    const job = startCommand('sh', ['-c', 'trap "echo heard" USR1; echo up; sleep 0.3; sleep 0.3; exit 4'], { stdout: 'capture' })
    await ending(job.ready())
    await until('the trap is set', () => catches(job.pid ?? 0))
    job.kill('SIGUSR1')
    const failure = failureOf(await ending(job.outcome), 'Anything', 'exited')
    assert.deepEqual([failure.exitCode, failure.stdout], [4, 'up\nheard\n'])
  })

  test('close() takes the whole tree, and closing twice is closing once', async () => {
    const job = startCommand('sh', ['-c', 'setsid sleep 300 & sleep 300 & wait'])
    await ending(job.ready())
    await ending(Promise.all([job.close(), job.close()]))
    failureOf(await ending(job.outcome), 'Anything', 'aborted')
    assert.deepEqual(ours(), [])
  })

  test('a signal from outside is signaled, with limits set and none near', async () => {
    const job = startCommand('sleep', ['300'], { memory: '200MB', cpuTime: '10s', wallTime: '20s', processes: 2 })
    await ending(job.ready())
    process.kill(job.pid ?? -1, 'SIGKILL')
    const failure = failureOf(await ending(job.outcome), 'Anything', 'signaled')
    assert.equal(failure.signal, 'SIGKILL')
  })
})

/** Node tells of listeners that it takes for a leak by a warning, in a later turn. */
async function withoutWarning(body: () => Promise<void>): Promise<void> {
  const warnings: Error[] = []
  const heard = (warning: Error) => warnings.push(warning)
  process.on('warning', heard)
  try {
    await body()
    await new Promise((resolve) => setImmediate(resolve))
  } finally {
    process.off('warning', heard)
  }
  assert.deepEqual(warnings, [])
}

/** Whether the process has a handler for SIGUSR1 (bit 9 of its SigCgt). */
function catches(pid: number): boolean {
  return (BigInt(`0x${statusOf(pid).SigCgt}`) & (1n << 9n)) !== 0n
}
