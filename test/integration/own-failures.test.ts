// What a function does to itself is never taken for a limit.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AnythingError, LimitError } from 'stint'
import { failureOf } from '../support/outcomes.js'
import { ending, SLACK } from '../support/poll.js'
import { behaviours } from '../support/suite.js'

type Errors = typeof import('../fixtures/errors.js')
type Endings = typeof import('../fixtures/endings.js')
type Waits = typeof import('../fixtures/waits.js')

const limits = { memory: '512MB', cpuTime: '20s', wallTime: '20s', processes: 4 } as const

behaviours('failures of its own', ({ tasks }) => {
  test('an error whose constructor needs two arguments arrives with class, message, stack and fields', async () => {
    const { twoArguments } = tasks<Errors>('errors', limits)
    const failure = failureOf(await ending(twoArguments.run()), 'Anything', 'threw')
    const cause = failure.error.cause as Error & { left?: string; code?: string }
    assert.ok(failure.error instanceof AnythingError)
    assert.ok(cause instanceof Error)
    assert.equal(cause.name, 'TwoArguments')
    assert.equal(cause.message, 'left and 7')
    assert.match(cause.stack ?? '', /errors\.js/)
    assert.equal(cause.left, 'left')
    assert.equal(cause.code, 'E_TWO')
    await assert.rejects(
      ending(twoArguments()),
      (error: Error) => error.name === 'TwoArguments' && !(error instanceof LimitError),
    )
  })

  test('an error that holds a function arrives with the fields that can travel', async () => {
    const failure = failureOf(await ending(tasks<Errors>('errors', limits).holdsFunction.run()), 'Anything', 'threw')
    const cause = failure.error.cause as Error & { attempts?: number; retry?: unknown }
    assert.ok(cause instanceof TypeError)
    assert.deepEqual([cause.name, cause.message], ['TypeError', 'holds a function'])
    assert.match(cause.stack ?? '', /errors\.js/)
    assert.equal(cause.attempts, 3)
    assert.notEqual(typeof cause.retry, 'function')
  })

  const misleading = ['outOfMemoryLike', 'allocationLike', 'eagainLike', 'stintLike', 'overflowsStack', 'circular'] as const
  for (const name of misleading) {
    test(`an error that looks like a limit (${name}) with no limit near is the function's own`, async () => {
      const errors = tasks<Errors>('errors', limits)
      const failure = failureOf(await ending(errors[name].run()), 'Anything', 'threw')
      assert.ok(failure.error.cause instanceof Error)
      assert.ok(!(failure.error.cause instanceof LimitError))
    })
  }

  test('a code of its own that begins with ERR_STINT_ moves to remoteCode', async () => {
    const failure = failureOf(await ending(tasks<Errors>('errors').stintLike.run()), 'Anything', 'threw')
    const cause = failure.error.cause as { code?: string; remoteCode?: string }
    assert.equal(cause.remoteCode, 'ERR_STINT_TIMEOUT')
    assert.notEqual(cause.code, 'ERR_STINT_TIMEOUT')
  })

  test('the cause of an error travels with it', async () => {
    const failure = failureOf(await ending(tasks<Errors>('errors').withCause.run()), 'Anything', 'threw')
    assert.ok((failure.error.cause as Error).cause instanceof RangeError)
  })

  test('what is thrown and no error arrives as it is', async () => {
    const { nonError } = tasks<Errors>('errors')
    for (const value of [undefined, null, 0, 'text', { kind: 'Timeout' }]) {
      const failure = failureOf(await ending(nonError.run(value)), 'Anything', 'threw')
      assert.deepEqual(failure.error.cause, value)
    }
  })

  test('a rejection, an exception in a timer and an unhandled rejection are all threw', async () => {
    const errors = tasks<Errors>('errors')
    const names = { rejects: 'SyntaxError', throwsInTimer: 'EvalError', rejectsElsewhere: 'URIError' } as const
    for (const [name, expected] of Object.entries(names)) {
      const failure = failureOf(await ending(errors[name as keyof typeof names].run()), 'Anything', 'threw')
      assert.equal((failure.error.cause as Error).name, expected)
    }
  })

  test('an exit without a result is told with its code', async () => {
    const { exits } = tasks<Endings>('endings', limits)
    for (const code of [0, 3, 124, 137, 152]) {
      const failure = failureOf(await ending(exits.run(code)), 'Anything', 'exited')
      assert.deepEqual([failure.exitCode, failure.signal], [code, null])
    }
  })

  for (const signal of ['SIGSEGV', 'SIGTERM', 'SIGKILL', 'SIGXCPU', 'SIGBUS', 'SIGALRM'] as const) {
    test(`${signal} to itself with limits set and none near is signaled, at once`, async () => {
      const { signals } = tasks<Endings>('endings', limits)
      const failure = failureOf(await ending(signals.run(signal)), 'Anything', 'signaled')
      assert.deepEqual([failure.exitCode, failure.signal], [null, signal])
      assert.ok(failure.wallTime < SLACK, `after ${failure.wallTime} ms`)
    })
  }

  test('a SIGKILL from outside with limits set and none near is signaled, at once', async () => {
    const killed = (pid: unknown) => process.kill(pid as number, 'SIGKILL')
    const { reportPidAndSleep } = tasks<Waits>('waits', { ...limits, onReport: killed })
    const failure = failureOf(await ending(reportPidAndSleep.run(60_000)), 'Anything', 'signaled')
    assert.deepEqual([failure.exitCode, failure.signal], [null, 'SIGKILL'])
    assert.ok(failure.wallTime < SLACK, `after ${failure.wallTime} ms`)
  })

  test('an abort of its own is SIGABRT, not memory', async () => {
    const failure = failureOf(await ending(tasks<Endings>('endings', limits).aborts.run()), 'Anything', 'signaled')
    assert.equal(failure.signal, 'SIGABRT')
  })

  test('a promise that nothing can settle any more is told at once', async () => {
    const failure = failureOf(await ending(tasks<Endings>('endings', limits).neverSettles.run()), 'Anything', 'unsettled')
    assert.ok(failure.wallTime < SLACK, `after ${failure.wallTime} ms`)
  })
})
