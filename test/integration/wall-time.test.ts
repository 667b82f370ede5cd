import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Outcome, TimeoutError } from 'stint'
import { endedAt, failureOf, returned } from '../support/outcomes.js'
import { ending } from '../support/poll.js'
import { program } from '../support/programs.js'
import { behaviours, command, commandBehaviours } from '../support/suite.js'

type Time = typeof import('../fixtures/time.js')

behaviours('wall time', ({ tasks, limit }) => {
  test('a function that ends just under its limit gives its value, one just over it is a Timeout', async () => {
    const { sleep } = tasks<Time>('time', { wallTime: 600 })
    assert.equal(returned(await ending(sleep.run(100))), 'slept 100 ms')
    const failure = failureOf(await ending(sleep.run(1_000)), 'Timeout', 'wall')
    endedAt(failure, 600)
    assert.equal(failure.limits.wallTime, 600)
    assert.ok(failure.error instanceof TimeoutError)
    assert.match(failure.error.message, /600|0\.6/)
  })

  test('a direct call rejects with the TimeoutError itself', async () => {
    const { sleep } = tasks<Time>('time', { wallTime: '0.2s' })
    await assert.rejects(
      ending(sleep(60_000)),
      (error: TimeoutError) => error instanceof TimeoutError && error.kind === 'Timeout',
    )
  })

  const stuck = ['spinForEver', 'backtracks', 'spinInWebAssembly', 'spinInNativeCode', 'ignoreSignals', 'stopItself'] as const
  for (const name of [...stuck, 'sleepOnFutex', 'catchEverything'] as const) {
    test(`a function that is stuck (${name}) is ended at its limit`, async () => {
      const time = tasks<Time>('time', { wallTime: 300 })
      const outcome = await ending<Outcome<unknown>>(time[name].run())
      endedAt(failureOf(outcome, 'Timeout', 'wall'), 300)
    })
  }

  test('a function asleep in native code is ended at its limit', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stint-test-fifo-'))
    try {
      const fifo = join(folder, 'fifo')
      execFileSync('mkfifo', [fifo])
      const { sleepInNativeCode } = tasks<Time>('time', { wallTime: 300 })
      endedAt(failureOf(await ending(sleepInNativeCode.run(fifo)), 'Timeout', 'wall'), 300)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('a function that waits for a command it started is ended at its limit, the command with it', async () => {
    const { sleepInShell } = tasks<Time>('time', { wallTime: 300 })
    endedAt(failureOf(await ending(sleepInShell.run(300)), 'Timeout', 'wall'), 300)
  })

  test('neither boot nor queueing counts', async () => {
    const sleep = limit(
      async (ms: number) => {
        await new Promise((resolve) => setTimeout(resolve, ms))
        return ms
      },
      { wallTime: 1_500, concurrency: 1 },
    )
    const outcomes = await ending(Promise.all([700, 700, 700].map((ms) => sleep.run(ms))))
    for (const outcome of outcomes) assert.equal(returned(outcome), 700)
    const last = outcomes.at(-1)
    assert.ok(last && last.queueTime >= 1_300, `queued for ${last?.queueTime} ms`)
    assert.ok(last.wallTime >= 699 && last.wallTime <= 1_500, `ran for ${last.wallTime} ms`)
  })
})

commandBehaviours('wall time of commands', () => {
  test('a command that sleeps is ended at its limit', async () => {
    const failure = failureOf(await command('sleep', ['300'], { wallTime: 250 }), 'Timeout', 'wall')
    endedAt(failure, 250)
    assert.equal(failure.signal, 'SIGKILL')
  })

  test('a command that is deaf to signals is ended at limit and grace', async () => {
    const outcome = await command(program('stubborn'), [], { wallTime: 250, gracePeriod: 300 })
    endedAt(failureOf(outcome, 'Timeout', 'wall'), 250)
    assert.equal(outcome.stdout, 'deaf\n')
  })

  test('no grace is spent on a command that does not catch the stop signal', async () => {
    const failure = failureOf(await command('sleep', ['300'], { wallTime: 200, gracePeriod: '20s' }), 'Timeout', 'wall')
    endedAt(failure, 200)
  })

  test('a command that hears the stop may end by itself within the grace: the limit stays the cause', async () => {
    const failure = failureOf(await command(program('polite'), ['20'], { wallTime: 300, gracePeriod: '20s' }), 'Timeout', 'wall')
    assert.equal(failure.exitCode, 5)
    assert.equal(failure.stdout, 'ready\ntold\n')
  })

  test('a command that hears the stop and stays is killed when the grace is over', async () => {
    const outcome = await command(program('polite'), ['60000'], { wallTime: 200, gracePeriod: 300 })
    const failure = failureOf(outcome, 'Timeout', 'wall')
    assert.ok(failure.wallTime >= 500, `killed after ${failure.wallTime} ms`)
    assert.equal(failure.signal, 'SIGKILL')
  })

  test('a command that stops itself is ended at its limit', async () => {
    endedAt(failureOf(await command('sh', ['-c', 'kill -STOP $$'], { wallTime: 250 }), 'Timeout', 'wall'), 250)
  })

  test('a command just under its limit exits by itself', async () => {
    const outcome = await command('sh', ['-c', 'sleep 0.1'], { wallTime: '5s' })
    assert.deepEqual([outcome.kind, outcome.reason, outcome.exitCode], ['Ok', 'exited', 0])
  })
})
