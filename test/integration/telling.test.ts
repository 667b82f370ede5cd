// What outcomes and errors look like to those who log them, and to those who trace.
import assert from 'node:assert/strict'
import { tracingChannel } from 'node:diagnostics_channel'
import { test } from 'node:test'
import { doctor, LimitError, limit, type Outcome, TimeoutError } from 'stint'
import { failureOf } from '../support/outcomes.js'
import { ending } from '../support/poll.js'
import { behaviours, command, commandBehaviours } from '../support/suite.js'

type Values = typeof import('../fixtures/values.js')
type Time = typeof import('../fixtures/time.js')
type Errors = typeof import('../fixtures/errors.js')

behaviours('telling', ({ tasks }) => {
  test('every outcome is JSON, whatever its value', async () => {
    const { echo } = tasks<Values>('values')
    const values = [1n, new Map([[1, 2]]), undefined, Buffer.alloc(10), Number.NaN, new Date(0), { deep: { big: 2n ** 70n } }]
    for (const value of values) {
      const told = JSON.parse(JSON.stringify(await ending(echo.run(value))))
      assert.deepEqual([told.kind, told.reason], ['Ok', 'returned'])
    }
    const thrown = JSON.parse(JSON.stringify(await ending(tasks<Errors>('errors').circular.run())))
    assert.deepEqual([thrown.kind, thrown.reason, typeof thrown.error], ['Anything', 'threw', 'object'])
  })

  test('a LimitError is JSON, too, and its outcome is not enumerable', async () => {
    const failure = failureOf(await ending(tasks<Time>('time', { wallTime: 100 }).sleep.run(60_000)), 'Timeout', 'wall')
    const { error } = failure
    assert.ok(error instanceof LimitError && error instanceof TimeoutError && error instanceof Error)
    assert.match(error.code, /^ERR_STINT_/)
    assert.equal(error.kind, 'Timeout')
    assert.equal(error.outcome, failure)
    assert.ok(!Object.keys(error).includes('outcome'))
    const told = JSON.parse(JSON.stringify(error))
    assert.equal(told.kind, 'Timeout')
    assert.match(told.message, /./)
  })

  test('outcomes are frozen', async () => {
    const outcome = await ending(tasks<Values>('values').add.run(1, 2))
    assert.ok(Object.isFrozen(outcome))
  })
})

commandBehaviours('tracing', () => {
  test('a run is traced from its start to its outcome', async () => {
    const seen: [string, { result?: Outcome<unknown> }][] = []
    const channel = tracingChannel('stint:run')
    const names = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const
    const listeners = names.map((name) => [name, (message: object) => seen.push([name, message])] as const)
    for (const [name, listener] of listeners) channel[name].subscribe(listener as never)
    try {
      await command('true')
      const add = limit((a: number, b: number) => a + b)
      await ending(add.run(1, 2))
      await add.close()
    } finally {
      for (const [name, listener] of listeners) channel[name].unsubscribe(listener as never)
    }
    const count = (name: string) => seen.filter(([each]) => each === name).length
    assert.deepEqual([count('start'), count('asyncEnd'), count('error')], [2, 2, 0])
    const results = seen.filter(([name]) => name === 'asyncEnd').map(([, message]) => message.result?.kind)
    assert.deepEqual(results, ['Ok', 'Ok'])
  })

  test('the doctor tells which mechanism serves each limit here', async () => {
    const report = await ending(doctor())
    assert.deepEqual([report.platform.node, report.platform.uid], [process.version, process.getuid?.()])
    assert.ok('addon' in report.native, JSON.stringify(report.native))
    for (const name of ['memory', 'cpuTime', 'wallTime', 'processes', 'leftovers'] as const) {
      assert.ok(
        report.rungs.some(({ limit, state }) => limit === name && state === 'used'),
        `no rung in use for ${name}`,
      )
    }
    for (const rung of report.rungs) if (rung.state === 'missing') assert.match(rung.why ?? '', /./, rung.mechanism)
    assert.ok(report.floors.memory > 0 && report.floors.addressSpace > 0)
    JSON.stringify(report)
  })
})
