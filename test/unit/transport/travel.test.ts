import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInNewContext, runInThisContext } from 'node:vm'
import { encode } from '#lib/transport/index.js'
import { trip } from './trip.js'

class Point {
  x = 1
  y = [2]
  get sum() {
    return this.x
  }
}

const values: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  'negative zero': -0,
  NaN: Number.NaN,
  'a bigint': -(2n ** 200n),
  'text with a lone surrogate and a NUL': 'a\ud800\0é😀',
  'an empty object': {},
  'a Date': new Date(5),
  'a RegExp': /a(?<b>c)/giu,
  'boxed primitives': [Object(1), Object('a'), Object(false), Object(5n)],
  'Map and Set, nested': new Map<unknown, unknown>([[{ k: 1 }, new Set([new Map([[1, 2]])])]]),
  'a sparse array': [1, undefined, 3, undefined, undefined],
  'a very long sparse array': Object.assign([], { 4294967293: 'end', 7: { a: 1 } }),
  'an array with holes at the end': new Array(5),
  'a million holes': new Array(1_000_000),
  'a long array of numbers': Array.from({ length: 1000 }, (_, i) => i / 2),
  'numbers, then other things': [...Array.from({ length: 1000 }, (_, i) => i), 'a', null, { b: 1 }, undefined],
  'an own key __proto__': JSON.parse('{"__proto__":{"polluted":1},"a":1}'),
  'keys that are numbers': { 1: 'a', '-1': 'b', 4294967296: 'c' },
  'an ArrayBuffer': new Uint8Array([1, 2, 3]).buffer,
  'an empty ArrayBuffer': new ArrayBuffer(0),
  'a Buffer': Buffer.from('héllo'),
  'an empty Buffer': Buffer.alloc(0),
  'a DataView': new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2),
  'typed arrays of each kind': [
    new Int8Array([-1]),
    new Uint8Array([1]),
    new Uint8ClampedArray([255]),
    new Int16Array([-2]),
    new Uint16Array([2]),
    new Int32Array([-3]),
    new Uint32Array([3]),
    new Float32Array([1.5]),
    new Float64Array([-0, Number.NaN]),
    new BigInt64Array([-1n]),
    new BigUint64Array([1n]),
  ],
  'a large typed array': new Float64Array(10_000).fill(1.5),
  'a large ArrayBuffer': new ArrayBuffer(100_000),
  'memory of WebAssembly': runInThisContext('new WebAssembly.Memory({ initial: 1 }).buffer'),
}
for (const [what, value] of Object.entries(values)) {
  test(`${what} arrives as it was`, () => {
    assert.deepStrictEqual(trip(value), value)
    assert.deepStrictEqual(trip([{ value }]), [{ value }])
  })
}

test('an invalid Date arrives as one', () => assert.equal(trip(new Date(Number.NaN)).getTime(), Number.NaN))

test('the result of RegExp.prototype.exec keeps its named properties', () => {
  const match = /(?<letter>a)/.exec('xa')
  const arrived = trip(match)
  assert.deepEqual([arrived?.index, arrived?.input, { ...arrived?.groups }], [1, 'xa', { letter: 'a' }])
})

test('named properties of a long array arrive, errors among them in full', () => {
  const list = Object.assign(
    Array.from({ length: 1000 }, () => 0),
    { note: Object.assign(new Error('e'), { code: 'E' }) },
  )
  const { note } = trip(list)
  assert.deepEqual([note.message, note.code], ['e', 'E'])
})

test('cycles and shared identity hold, across arrays, maps, sets and errors', () => {
  const shared = { name: 'shared' }
  const error: Error & { self?: unknown } = new Error('cyclic', { cause: shared })
  error.self = error
  const value: { [key: string]: unknown } = {
    shared,
    list: [shared],
    map: new Map([[shared, shared]]),
    set: new Set([shared]),
    error,
  }
  value.value = value
  const arrived = trip(value) as typeof value & {
    list: unknown[]
    map: Map<unknown, unknown>
    set: Set<unknown>
    error: typeof error
  }
  assert.equal(arrived.value, arrived)
  assert.equal(arrived.list[0], arrived.shared)
  assert.equal(arrived.map.get(arrived.shared), arrived.shared)
  assert.ok(arrived.set.has(arrived.shared))
  assert.equal(arrived.error.self, arrived.error)
  assert.equal(arrived.error.cause, arrived.shared)
})

test('an array with a named property that refers to itself arrives', () => {
  const list: unknown[] & { self?: unknown } = [1]
  list.self = list
  const arrived = trip(list)
  assert.equal(arrived.self, arrived)
})

test('an instance of a class arrives as plain data', () => {
  assert.deepStrictEqual(trip(new Point()), { x: 1, y: [2] })
  assert.deepStrictEqual(trip(Object.create(null, { a: { value: 1, enumerable: true } })), { a: 1 })
})

test('an instance of a class with the name of a global travels like any other', () => {
  const mine = { Event: class Event {}, Headers: class Headers {} }
  assert.deepStrictEqual(trip([Object.assign(new mine.Event(), { at: 1 }), Object.assign(new mine.Headers(), { b: 2 })]), [
    { at: 1 },
    { b: 2 },
  ])
})

test('values of another realm travel', () => {
  const value = runInNewContext('({ list: [1, new Map([[1, { a: 2 }]])], error: new RangeError("far") })') as {
    list: unknown[]
    error: Error
  }
  const arrived = trip(value)
  assert.deepEqual(arrived.list, [1, new Map([[1, { a: 2 }]])])
  assert.ok(arrived.error instanceof RangeError)
  assert.equal(arrived.error.message, 'far')
})

test('a getter is read and its value travels', () => {
  assert.deepStrictEqual(
    trip({
      get now() {
        return { a: 1 }
      },
    }),
    { now: { a: 1 } },
  )
})

test('a URL arrives as a URL, anywhere, and twice as the same one', () => {
  const url = new URL('https://user@example.org/a?b=c#d')
  const arrived = trip({ url, again: [url], map: new Map([[url, 1]]) })
  assert.ok(arrived.url instanceof URL)
  assert.equal(arrived.url.href, url.href)
  assert.equal(arrived.again[0], arrived.url)
  assert.equal(arrived.map.get(arrived.url), 1)
  assert.equal(trip(url).href, url.href)
})

test('the size counts main and segments', () => {
  const { main, segments, size } = encode({ a: new Uint8Array(100_000), b: 'text' })
  assert.equal(segments.length, 1)
  assert.equal(size, main.byteLength + 100_000)
  assert.ok(main.byteLength < 200)
})

test('1,000 levels of nesting arrive, as arrays, objects and maps', () => {
  const nest = (wrap: (inner: unknown) => unknown) => Array.from({ length: 998 }).reduce((inner) => wrap(inner), {})
  for (const wrap of [(a: unknown) => [a], (a: unknown) => ({ a }), (a: unknown) => new Map([[a, 1]])]) {
    assert.doesNotThrow(() => trip(nest(wrap)))
  }
})
