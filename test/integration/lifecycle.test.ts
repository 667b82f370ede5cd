// ready, stats, with, close: the life of a limited function and its workers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StintError } from 'stint'
import { failureOf, returned } from '../support/outcomes.js'
import { ending, until } from '../support/poll.js'
import { ours } from '../support/processes.js'
import { behaviours, closing } from '../support/suite.js'

type Time = typeof import('../fixtures/time.js')
type Values = typeof import('../fixtures/values.js')

const coded = (code: string) => (error: unknown) => error instanceof StintError && error.code === code

/** A child of a keeper: what is to become a keeper has this process's own name, too, until it is executed. */
const workerOfOurs = () => {
  const all = ours()
  const keepers = all.filter(({ name }) => name === 'stint-keeper').map(({ pid }) => pid)
  return all.find(({ name, parent }) => /^(node|MainThread)/.test(name) && keepers.includes(parent))
}

function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
  } catch {
    // it was faster
  }
}

behaviours('life of a limited function', ({ tasks, limit }) => {
  test('nothing starts before the first call or ready()', async () => {
    const before = ours().length
    const values = tasks<Values>('values')
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(ours().length, before)
    await ending(values.ready())
    assert.ok(ours().length > before)
    await until('a spare worker is idle', () => values.add.stats.idleWorkers >= 1)
  })

  test('a worker that somebody kills while it imports its module is replaced, once; then the launch has failed', async () => {
    const { answer } = tasks<typeof import('../fixtures/slow-import.js')>('slow-import')
    const first = answer.run()
    const booting = await until('its worker imports', workerOfOurs)
    process.kill(booting.pid, 'SIGKILL')
    assert.equal(returned(await ending(first)), 42)
    const another = tasks<typeof import('../fixtures/slow-import.js')>('slow-import').answer.run()
    const kills = setInterval(() => kill(workerOfOurs()?.pid), 20)
    const { launch } = failureOf(await ending(another).finally(() => clearInterval(kills)), 'Anything', 'launch-failed')
    assert.equal(launch?.step, 'boot')
  })

  test('stats tell what runs, waits and is done', async () => {
    const { sleep } = tasks<Time>('time', { concurrency: 1 })
    assert.deepEqual({ ...sleep.stats, idleWorkers: 0 }, { running: 0, queued: 0, completed: 0, idleWorkers: 0 })
    const calls = [sleep.run(400), sleep.run(1), sleep.run(1)]
    await until('one runs', () => sleep.stats.running === 1)
    assert.equal(sleep.stats.queued, 2)
    await ending(Promise.all(calls))
    const { running, queued, completed } = sleep.stats
    assert.deepEqual({ running, queued, completed }, { running: 0, queued: 0, completed: 3 })
  })

  test('no more jobs run at once than concurrency allows', async () => {
    const { sleep } = tasks<Time>('time', { concurrency: 2 })
    const calls = Promise.all(Array.from({ length: 6 }, () => sleep.run(150)))
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, sleep.stats.running)
    }, 5)
    await ending(calls)
    clearInterval(watch)
    assert.equal(most, 2)
  })

  test('a full queue refuses the next call', async () => {
    const { sleep } = tasks<Time>('time', { concurrency: 1, maxQueue: 1 })
    const running = sleep.run(500)
    const waiting = sleep.run(1)
    await assert.rejects(ending(sleep.run(1)), coded('ERR_STINT_QUEUE_FULL'))
    returned(await ending(running))
    returned(await ending(waiting))
  })

  test('with() changes limits for its own calls alone', async () => {
    const { sleep } = tasks<Time>('time', { wallTime: '20s' })
    const hasty = closing(sleep.with({ wallTime: 150 }))
    assert.equal(sleep.limits.wallTime, 20_000)
    assert.equal(hasty.limits.wallTime, 150)
    failureOf(await ending(hasty.run(60_000)), 'Timeout', 'wall')
    assert.equal(returned(await ending(sleep.run(300))), 'slept 300 ms')
  })

  test('with() keeps the limits that it does not name', async () => {
    const { sleep } = tasks<Time>('time', { wallTime: '20s', memory: '256MB' })
    assert.deepEqual(
      [sleep.with({ cpuTime: '3s' }).limits.wallTime, sleep.with({ cpuTime: 3_000 }).limits.memory],
      [20_000, 256e6],
    )
    assert.equal(sleep.with({ wallTime: undefined }).limits.memory, 256e6)
  })

  test('close() lets running and waiting calls end, and refuses new ones', async () => {
    const { sleep } = tasks<Time>('time', { concurrency: 1 })
    const calls = [sleep.run(300), sleep.run(1)]
    const closed = sleep.close()
    await assert.rejects(ending(sleep.run(1)), coded('ERR_STINT_CLOSED'))
    await assert.rejects(ending(sleep(1)), coded('ERR_STINT_CLOSED'))
    await ending(closed)
    for (const outcome of await ending(Promise.all(calls))) returned(outcome)
    assert.deepEqual(ours(), [])
  })

  test('close({ force: true }) ends running and waiting calls', async () => {
    const { sleep } = tasks<Time>('time', { concurrency: 1 })
    const calls = [sleep.run(60_000), sleep.run(60_000)]
    await until('one runs', () => sleep.stats.running === 1)
    await ending(sleep.close({ force: true }))
    for (const outcome of await ending(Promise.all(calls))) failureOf(outcome, 'Anything', 'aborted')
    assert.deepEqual(ours(), [])
  })

  test('disposal is close(), and closing twice is closing once', async () => {
    const add = limit((a: number, b: number) => a + b)
    assert.equal(await ending(add(1, 2)), 3)
    await ending(add[Symbol.asyncDispose]())
    await ending(Promise.all([add.close(), add.close({ force: true })]))
    await assert.rejects(ending(add(1, 2)), coded('ERR_STINT_CLOSED'))
    assert.deepEqual(ours(), [])
  })

  test('closing a module closes all of its functions', async () => {
    const values = tasks<Values>('values')
    await ending(values.add(1, 2))
    await ending(values.close())
    await assert.rejects(ending(values.pid()), coded('ERR_STINT_CLOSED'))
  })
})
