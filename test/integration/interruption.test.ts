// Where a limit may find a function, and that its handlers run all the same: in its own JavaScript, in each kind of callback of the
// loop, in V8 itself.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { failureOf, returned, summary } from '../support/outcomes.js'
import { ending } from '../support/poll.js'
import { behaviours } from '../support/suite.js'

type Interrupted = typeof import('../fixtures/interrupted.js')
type Time = typeof import('../fixtures/time.js')

const spinning = [
  'spinsItself',
  'spinsInTimer',
  'spinsInImmediate',
  'spinsInTick',
  'spinsInMicrotask',
  'spinsAfterIo',
  'spinsInCallback',
] as const

behaviours('interruption', ({ tasks }) => {
  for (const name of ['pollsInLoop', 'crunches'] as const) {
    test(`${name}: what looks at the signal in the midst of its work ends by itself, with its value`, async () => {
      const limits = [
        { kind: 'Timeout', reasons: ['wall'], wallTime: '300ms' },
        { kind: 'CpuTimeout', reasons: ['worker-clock', 'tree-clock'], cpuTime: '300ms', wallTime: '20s' },
      ] as const
      for (const { kind, reasons, ...limit } of limits) {
        const outcome = await ending(tasks<Interrupted>('interrupted', { ...limit, gracePeriod: '5s' })[name].run())
        const failure = failureOf(outcome, kind, reasons)
        assert.equal(failure.partial, 'stopped by itself', summary(failure))
        assert.ok(failure.usage.cpuTime < 2400, summary(failure)) // it did not spin on until half of the grace was over
      }
    })
  }

  for (const name of spinning) {
    test(`${name}: JavaScript that does not yield is ended in half of the grace, handlers have the other half`, async () => {
      const heard: unknown[] = []
      const onReport = (value: unknown) => heard.push(value)
      const fns = tasks<Interrupted>('interrupted', { wallTime: 300, gracePeriod: 1500, onReport })
      const failure = failureOf(await ending(fns[name].run()), 'Timeout', ['wall'])
      assert.deepEqual(heard, ['handled Timeout'], summary(failure))
      assert.match(failure.where ?? '', /\bspin /)
      assert.doesNotMatch(failure.where ?? '', /stintCall|dist\/worker/)
    })
  }

  test('a heap at its limit makes room for its handlers', async () => {
    const heard: unknown[] = []
    const onReport = (value: unknown) => heard.push(value)
    const fns = tasks<Interrupted>('interrupted', { memory: '64MB', gracePeriod: '4s', wallTime: '28s', onReport })
    const failure = failureOf(await ending(fns.fillsHeap.run()), 'Memorylimit', ['heap', 'data', 'tree'])
    assert.deepEqual(heard, ['handled Memorylimit'], summary(failure))
    assert.match(failure.where ?? '', /fillsHeap/)
  })

  for (const name of ['waitsForSignal', 'waitsForAny'] as const) {
    test(`${name}: a function that waits for nothing but its limit is let wait`, async () => {
      const outcome = await ending(tasks<Interrupted>('interrupted', { wallTime: 300, gracePeriod: '5s' })[name].run())
      assert.equal(failureOf(outcome, 'Timeout', ['wall']).partial, 'heard it')
    })
  }

  test('a loop that waits tells for what, also where Node lists no worker threads', async () => {
    const limits = { wallTime: 300 }
    const [timer, threads] = await Promise.all([
      ending(tasks<Time>('time', limits).sleep.run(60_000)),
      ending(tasks<Time>('time', limits).spinInThreads.run(1)),
    ])
    assert.match(failureOf(timer, 'Timeout', ['wall']).where ?? '', /^waiting for .*Timeout/)
    assert.match(failureOf(threads, 'Timeout', ['wall']).where ?? '', /^waiting for (?!nothing)/)
  })

  test('a wait in Atomics is interrupted', async () => {
    const failure = failureOf(
      await ending(tasks<Interrupted>('interrupted', { wallTime: 300 }).waitsInAtomics.run()),
      'Timeout',
      ['wall'],
    )
    assert.ok(failure.wallTime < 2000, summary(failure))
  })

  test('a job without listeners of the process still tells how it ended', async () => {
    const fns = tasks<Interrupted>('interrupted', { wallTime: '20s' })
    const threw = failureOf(await ending(fns.throwsAfterRemovingListeners.run()), 'Anything', ['threw'])
    assert.match(String((threw.error.cause as Error).message), /told all the same/)
    failureOf(await ending(fns.driesAfterRemovingListeners.run()), 'Anything', ['unsettled'])
  })

  test('a WebAssembly memory that may not grow is the function`s own matter', async () => {
    const fns = tasks<Interrupted>('interrupted', { memory: '100MB', wallTime: '20s' })
    assert.equal(returned(await ending(fns.growsWebAssembly.run())), 'RangeError')
  })

  test('a result larger than a file may be arrives, as does one when no descriptor is left', async () => {
    const size = 20_000_000
    for (const limit of [{ fileSize: '1MB' }, { openFiles: 3 }] as const) {
      const value = returned(await ending(tasks<Interrupted>('interrupted', { ...limit, wallTime: '20s' }).fills.run(size)))
      assert.deepEqual([value.length, value[0], value[size - 1]], [size, 7, 7])
    }
  })

  test('V8 coverage of a job is written before it ends', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stint-coverage-'))
    try {
      const env = { ...process.env, NODE_V8_COVERAGE: folder }
      await ending(tasks<Interrupted>('interrupted', { env, wallTime: '20s' }).fills.run(10))
      assert.ok(readdirSync(folder).some((file) => file.startsWith('coverage-')))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
