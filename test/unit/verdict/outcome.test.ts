import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AnythingError, LimitError, TimeoutError } from '#lib/errors.js'
import type { Evidence } from '#lib/supervise/evidence.js'
import type { Failure, FailureKind, Outcome } from '#lib/types.js'
import { conclude, toRejection } from '#lib/verdict/index.js'
import { at, command, done, ended, evidence, limits, mebibyte, returned, second, threw, threwMemory } from './evidence.js'

const bytes = (text: string) => new TextEncoder().encode(text)
const failure = (given: Evidence): Failure<FailureKind, unknown> => {
  const outcome = conclude(given)
  assert.notEqual(outcome.kind, 'Ok')
  return outcome as Failure<FailureKind, unknown>
}
const wall = { causes: [at(2, 'wall')], stopSent: true, killed: true, signal: 9, endNs: 12.02 * second }

test('a success has the value, the times in milliseconds, the usage and the limits in force', () => {
  assert.deepEqual(conclude(done(returned, { peakTreeMemory: 5, limits: { ...limits, wallNs: 1.5 * second, graceNs: 2e6 } })), {
    kind: 'Ok',
    reason: 'returned',
    certainty: 'certain',
    wallTime: 500,
    queueTime: 1.5,
    usage: {
      cpuTime: 150,
      userTime: 100,
      systemTime: 50,
      peakMemory: 10 * mebibyte,
      peakTreeMemory: 5,
      peakProcesses: 1,
      leftovers: 0,
      contextSwitches: 3,
      readBytes: 4,
      writtenBytes: 5,
    },
    limits: {
      memory: 256 * mebibyte,
      addressSpace: 1024 * mebibyte,
      processes: 2,
      cpuTime: 1000,
      wallTime: 1500,
      gracePeriod: 2,
      outputSize: mebibyte,
      resultSize: 256 * mebibyte,
    },
    exitCode: null,
    signal: null,
    isolation: 'exec',
    value: 42,
  } satisfies Outcome<unknown>)
})

test('an outcome and its parts are frozen, the value is the caller`s', () => {
  const value = { free: true }
  const outcome = conclude(done({ type: 'returned', value })) as Outcome<unknown> & { value: unknown }
  for (const part of [outcome, outcome.usage, outcome.limits]) assert.ok(Object.isFrozen(part))
  assert.equal(outcome.value, value)
  assert.ok(!Object.isFrozen(value))
})

test('a failure has its error, and the error has the outcome', () => {
  const outcome = failure(ended(wall))
  assert.ok(outcome.error instanceof TimeoutError)
  assert.equal(outcome.error.outcome, outcome)
  assert.deepEqual([outcome.exitCode, outcome.signal], [null, 'SIGKILL'])
})

test('a value that was returned in grace is partial', () => {
  const outcome = failure(done(returned, { causes: [at(0.4, 'wall')], stopSent: true }))
  assert.deepEqual([outcome.kind, outcome.partial, 'value' in outcome], ['Timeout', 42, false])
  assert.ok(!('partial' in failure(done(threw, { causes: [at(0.4, 'wall')] }))))
})

const messages: [Evidence, string][] = [
  [ended(wall), 'job ran into its limit wallTime of 2 s; it took 2.02 s.'],
  [
    ended({ causes: [at(1, 'cpuTree')], killed: true, signal: 9, userNs: 1.003 * second }),
    'job used up its limit cpuTime of 1 s; with all its processes it used 1.053 s of CPU time.',
  ],
  [
    ended({ causes: [at(1, 'heap')], killed: true, signal: 9 }),
    'job needed more than its limit memory of 256 MiB; its peak was 10 MiB.',
  ],
  [
    done(threwMemory, { causes: [at(0, 'refusedAddress')] }),
    'job needed more than its limit addressSpace of 1 GiB; its peak was 10 MiB.',
  ],
  [
    done(threwMemory, { causes: [at(0, 'refusedData', 400e6)] }),
    'job needed more than its limit memory of 256 MiB; its peak was 10 MiB (it was refused 381.5 MiB more).',
  ],
  [
    ended({ causes: [at(1, 'forkDenied')], killed: true, signal: 9, peakProcesses: 3 }),
    'job wanted to start a process above its limit processes of 2; at most 3 processes ran, itself included.',
  ],
  [done(threw), 'job threw TypeError: no.'],
  [done({ type: 'threw', error: 'x'.repeat(1e6), memory: false }), 'job threw a value of type string.'],
  [ended({ exitCode: 3 }), 'job exited with code 3 before it gave a result.'],
  [command({ exitCode: 3 }), 'job exited with code 3.'],
  [ended({ signal: 11 }), 'job died by SIGSEGV, which stint did not send.'],
  [
    done({ type: 'unserializable', path: 'result.items[3].callback', what: 'a function' }),
    'job has a value that cannot travel: result.items[3].callback is a function.',
  ],
  [done({ type: 'too-large', size: 3e8 }), 'job gave a result of 286.1 MiB, above its limit resultSize of 256 MiB.'],
  [command({ failedStep: 27, failedErrno: 2 }), 'job could not be started: step exec failed with ENOENT.'],
  [
    ended({ booted: false, began: false, exitCode: 9 }),
    'job could not be started: its process ended while it booted, with code 9.',
  ],
  [done({ type: 'unsettled', where: 'Timeout' }), 'job never settled its promise: its event loop ran dry.'],
  [{ ...evidence, keeperStatus: 9 }, 'job was lost: its keeper ended without a report.'],
]
for (const [given, message] of messages) {
  test(`a message is one sentence: ${message}`, () => assert.equal(failure(given).error.message, message))
}

test('the cause of an error is what the function threw, be it undefined', () => {
  assert.equal(failure(done(threw)).error.cause, threw.type === 'threw' && threw.error)
  const { error } = failure(done({ type: 'threw', error: undefined, memory: false }))
  assert.ok('cause' in error && error.cause === undefined)
  assert.ok(!('cause' in failure(ended({ exitCode: 1 })).error))
})

test('where is the stack at the limit, or what an unsettled loop still had', () => {
  assert.equal(failure(ended({ ...wall, where: '  at f (file:1:1)' })).where, '  at f (file:1:1)')
  assert.equal(failure(done({ type: 'unsettled', where: 'Timeout' })).where, 'Timeout')
  assert.ok(!('where' in failure(ended(wall))))
})

test('a launch that failed has step, errno and its name, and no times', () => {
  const { keeperStatus: _none, ...unstarted } = evidence
  const outcome = failure({ ...unstarted, launch: { step: 1, errno: 11 } })
  assert.deepEqual(outcome.launch, { step: 'clone', errno: 11, code: 'EAGAIN' })
  assert.deepEqual([outcome.wallTime, outcome.usage.peakProcesses, outcome.limits.wallTime], [0, 0, 2000])
  assert.deepEqual(failure(ended({ booted: false, began: false, exitCode: 9 })).launch, { step: 'boot', errno: 0, code: '' })
})

test('until a job starts, its limits are the ones asked for', () => {
  const nothing = { ...limits, memory: -1, wallNs: -1 }
  assert.equal(failure(ended({ began: false, booted: false, exitCode: 9, limits: nothing })).limits.wallTime, 2000)
})

test('captured output is text, without the half character at a cut', () => {
  const whole = bytes('a\ufeffé€')
  const outcome = conclude(
    command(
      { exitCode: 0 },
      { stdout: { bytes: whole.subarray(0, -1), truncated: true }, stderr: { bytes: whole, truncated: false } },
    ),
  )
  assert.deepEqual([outcome.stdout, outcome.stderr, outcome.truncated], ['a\ufeffé', 'a\ufeffé€', ['stdout']])
})

test('captured output is bytes where the encoding is buffer', () => {
  const outcome = conclude(command({ exitCode: 0 }, { encoding: 'buffer', stdout: { bytes: bytes('é'), truncated: false } }))
  assert.deepEqual(outcome.stdout, bytes('é'))
  assert.ok(!('stderr' in outcome) && !('truncated' in outcome))
})

const values: unknown[] = [1n, new Map([[1, 2]]), undefined, Number.NaN, Symbol('x'), { deep: [new Uint8Array(5)] }]
for (const value of values) {
  test(`JSON.stringify works on an outcome whose value is ${String(Object.prototype.toString.call(value))}`, () => {
    const text = JSON.parse(JSON.stringify(conclude(done({ type: 'returned', value }))))
    assert.deepEqual([text.kind, text.limits.wallTime], ['Ok', 2000])
  })
}

test('JSON of an outcome tells its error, and JSON of the error tells its outcome', () => {
  const outcome = failure(done({ type: 'threw', error: Object.assign(new TypeError('no'), { code: 'E' }), memory: false }))
  const text = JSON.parse(JSON.stringify(outcome))
  assert.deepEqual(text.error, {
    name: 'AnythingError',
    message: 'job threw TypeError: no.',
    code: 'ERR_STINT_ANYTHING',
    cause: { name: 'TypeError', message: 'no', code: 'E' },
  })
  assert.equal(JSON.parse(JSON.stringify(outcome.error)).outcome.reason, 'threw')
})

test('a direct call rejects with the function`s own error, or with whatever it threw', () => {
  assert.equal(toRejection(failure(done(threw))), threw.type === 'threw' && threw.error)
  assert.equal(toRejection(failure(done({ type: 'threw', error: 7, memory: false }))), 7)
})

test('a direct call rejects with the LimitError of a limit, also where the function threw', () => {
  for (const given of [ended(wall), done(threwMemory, { causes: [at(0, 'refusedData')] }), ended({ exitCode: 1 })]) {
    const outcome = failure(given)
    assert.ok(toRejection(outcome) instanceof LimitError)
    assert.equal(toRejection(outcome), outcome.error)
  }
})

test('a direct call that was aborted rejects with AbortError, its cause the signal`s reason', () => {
  const reason = new Error('enough')
  const outcome = failure(ended({ causes: [at(0, 'aborted')], killed: true, signal: 9 }, { aborted: { reason } }))
  assert.ok(outcome.error instanceof AnythingError && outcome.error.cause === reason)
  const rejection = toRejection(outcome, AbortSignal.abort(reason)) as Error & { code: string }
  assert.deepEqual([rejection.name, rejection.code, rejection.cause], ['AbortError', 'ABORT_ERR', reason])
  assert.ok(!(rejection instanceof LimitError))
})
