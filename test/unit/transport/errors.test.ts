import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect, types } from 'node:util'
import { TimeoutError } from '#lib/errors.js'
import { droppedFields } from '#lib/transport/index.js'
import { trip } from './trip.js'

class TwoArguments extends Error {
  constructor(
    readonly table: string,
    readonly row: { id: number },
  ) {
    super(`${table.toUpperCase()} has no row ${row.id}`)
  }
}
class Busy extends RangeError {
  override name = 'BusyError'
  retry = () => this
  after = 5
  nested = { deep: [Symbol('x')] }
}

for (const Class of [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]) {
  test(`a ${Class.name} arrives as one, with message, stack, cause and own properties`, () => {
    const error = Object.assign(new Class('message', { cause: new Class('inner') }), { code: 'E_CODE', detail: { a: [1] } })
    const arrived = trip({ error }).error
    assert.equal(Object.getPrototypeOf(arrived), Class.prototype)
    assert.ok(types.isNativeError(arrived))
    assert.deepEqual(
      [arrived.message, arrived.stack, arrived.code, arrived.detail],
      ['message', error.stack, 'E_CODE', { a: [1] }],
    )
    assert.ok(arrived.cause instanceof Class)
    assert.deepEqual(Object.keys(arrived), ['code', 'detail'])
  })
}

test('an AggregateError arrives with its errors', () => {
  const arrived = trip(new AggregateError([new TypeError('a'), 'b'], 'both', { cause: 1 }))
  assert.ok(arrived instanceof AggregateError)
  assert.ok(arrived.errors[0] instanceof TypeError)
  assert.deepEqual([arrived.errors[1], arrived.message, arrived.cause], ['b', 'both', 1])
})

test('an error whose constructor needs two arguments arrives without it being called', () => {
  const error = new TwoArguments('users', { id: 5 })
  const arrived = trip(error)
  assert.deepEqual([types.isNativeError(arrived), (arrived as unknown) instanceof TwoArguments], [true, false])
  assert.deepEqual([arrived.message, arrived.table, arrived.row], ['USERS has no row 5', 'users', { id: 5 }])
  assert.equal(arrived.constructor.name, 'TwoArguments')
  assert.equal(arrived.stack, error.stack)
})

test('an error that holds what cannot travel arrives with the rest, and lists what stayed behind', () => {
  const arrived = trip(new Busy('busy')) as Busy & { [droppedFields]?: string[] }
  assert.ok(arrived instanceof RangeError)
  assert.deepEqual([arrived.name, arrived.constructor.name, arrived.after], ['BusyError', 'Busy', 5])
  assert.deepEqual(arrived[droppedFields], ['retry', 'nested'])
  assert.ok(!('retry' in arrived) && !('nested' in arrived))
  assert.match(inspect(arrived), /BusyError/)
})

test('a half-copied field of an error is not shared with the rest of the value', () => {
  const part = { fine: 1, inner: { list: [1, 2] } }
  const error = Object.assign(new Error('e'), { bad: [part, () => 1] })
  const arrived = trip({ error, part, again: part })
  assert.deepEqual(arrived.part, part)
  assert.equal(arrived.again, arrived.part)
})

test('a getter that throws, on an error, is left behind', () => {
  const error = Object.defineProperty(new Error('e'), 'lazy', {
    enumerable: true,
    get() {
      throw new Error('not now')
    },
  })
  assert.deepEqual((trip(error) as { [droppedFields]?: string[] })[droppedFields], ['lazy'])
})

test('an error with a cause that cannot travel arrives', () => {
  const arrived = trip(new Error('e', { cause: () => 1 }))
  assert.deepEqual([arrived.message, 'cause' in arrived], ['e', false])
})

test('a very long chain of causes arrives cut, not as a crash', () => {
  let error = new Error('0')
  for (let i = 1; i < 5000; i++) error = new Error(String(i), { cause: error })
  let depth = 0
  for (let at: unknown = trip(error); at instanceof Error; at = at.cause) depth++
  assert.ok(depth >= 50 && depth <= 110, `depth ${depth}`)
})

test('an error without a message, and one whose stack is no text, arrive', () => {
  assert.equal(Object.hasOwn(trip(new Error()), 'message'), false)
  const odd = Object.assign(new Error('odd'), { stack: [1] })
  assert.deepEqual([trip(odd).message, trip(odd).stack], ['odd', undefined])
})

test('a name that the prototype gives stays', () => {
  class Quota extends Error {}
  Quota.prototype.name = 'QuotaError'
  const arrived = trip(new Quota('full'))
  assert.equal(String(arrived), 'QuotaError: full')
  assert.deepEqual(Object.keys(arrived), [])
})

test('a DOMException arrives as one: the reason of an aborted signal', () => {
  const reason = AbortSignal.abort().reason as DOMException
  const arrived = trip(reason)
  assert.ok(arrived instanceof DOMException)
  assert.deepEqual([arrived.name, arrived.message, arrived.code, arrived.stack], [reason.name, reason.message, 20, reason.stack])
})

test("a code of stint's becomes remoteCode, and the error is none of stint's", () => {
  const arrived = trip(new TimeoutError('inner')) as TimeoutError & { remoteCode?: string }
  assert.equal((arrived as unknown) instanceof TimeoutError, false)
  assert.deepEqual([arrived.remoteCode, arrived.code, arrived.name], ['ERR_STINT_TIMEOUT', undefined, 'TimeoutError'])
})

test('what is thrown and is no Error arrives as it is', () => {
  for (const error of [5, undefined, null, 'text', { code: 1 }])
    assert.deepStrictEqual(trip({ error, memory: false }).error, error)
})

test('an error with a field __proto__ gets it as a property of its own', () => {
  const error = Object.defineProperty(new Error('e'), '__proto__', { value: { polluted: 1 }, enumerable: true })
  const arrived = trip(error)
  assert.ok(arrived instanceof Error && Object.hasOwn(arrived, '__proto__'))
  assert.equal((arrived as { polluted?: number }).polluted, undefined)
})
