import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { runInThisContext } from 'node:vm'
import { encode, UnserializableError } from '#lib/transport/index.js'

const fn = () => 1
const wasmMemory = runInThisContext('new WebAssembly.Memory({ initial: 1 })') as object
const detached = new ArrayBuffer(8)
const viewOfDetached = new Uint8Array(detached)
structuredClone(detached, { transfer: [detached] })
const nest = (levels: number) => Array.from({ length: levels }).reduce((a) => ({ a }), {})

/** What is refused, and as what. */
const things: readonly (readonly [value: unknown, what: string])[] = [
  [fn, 'a function'],
  [class {}, 'a function'],
  [Symbol('s'), 'a symbol'],
  [Object(Symbol('s')), 'a boxed symbol'],
  [Promise.resolve(), 'a Promise'],
  [new WeakMap(), 'a WeakMap'],
  [new WeakSet(), 'a WeakSet'],
  [new WeakRef({}), 'a WeakRef'],
  [new Proxy({}, {}), 'a Proxy'],
  [new Proxy([], {}), 'a Proxy'],
  [(function* () {})(), 'a generator'],
  [(async function* () {})(), 'a generator'],
  [[1].values(), 'an iterator'],
  [new Map().entries(), 'an iterator'],
  [new Set().values(), 'an iterator'],
  [new SharedArrayBuffer(8), 'a SharedArrayBuffer'],
  [new Int32Array(new SharedArrayBuffer(8)), 'a view of a SharedArrayBuffer'],
  [detached, 'a detached ArrayBuffer'],
  [viewOfDetached, 'a view of a detached ArrayBuffer'],
  [new URLSearchParams('a=1'), 'a URLSearchParams'],
  [new Headers({ a: 'b' }), 'a Headers'],
  [new Response('text'), 'a Response'],
  [new Request('http://localhost'), 'a Request'],
  [new FormData(), 'a FormData'],
  [new Blob(['a']), 'a Blob'],
  [new AbortController(), 'an AbortController'],
  [new AbortController().signal, 'an AbortSignal'],
  [new Event('e'), 'an Event'],
  [new EventTarget(), 'an EventTarget'],
  [new ReadableStream(), 'a ReadableStream'],
  [new WritableStream(), 'a WritableStream'],
  [new TransformStream(), 'a TransformStream'],
  [new TextEncoder(), 'a TextEncoder'],
  [process.stdout, 'a stream'],
  [new Intl.NumberFormat(), 'a NumberFormat'],
  [wasmMemory, 'a Memory'],
  [await import('node:fs'), 'a module namespace'],
  [
    (function (..._: unknown[]) {
      // biome-ignore lint/complexity/noArguments: the object itself is under test
      return arguments
    })(1),
    'an arguments object',
  ],
]
for (const [value, what] of things) {
  test(`${what} is refused with its path, wherever it is (${Object.prototype.toString.call(value)})`, () => {
    const refused = (path: string) => (error: unknown) => {
      assert.ok(error instanceof UnserializableError, String(error))
      assert.deepEqual([error.path, error.what], [path, what])
      return true
    }
    assert.throws(() => encode(value), refused('result'))
    assert.throws(() => encode({ items: [1, {}, 'c', { callback: value }] }), refused('result.items[3].callback'))
    assert.throws(() => encode(new Map([['k', { value }]])), refused('result.get("k").value'))
    assert.throws(() => encode(new Set([1, { value }])), refused('result.values()[1].value'))
    assert.throws(() => encode({ ok: new Error('e'), list: [value] }), refused('result.list[0]'))
  })
}

test('a MessagePort is refused', () => {
  const { port1, port2 } = new MessageChannel()
  assert.throws(() => encode([port1]), { path: 'result[0]', what: 'a MessagePort' })
  port1.close()
  port2.close()
})

test('an emitter with listeners is refused by the path of the first', () => {
  assert.throws(() => encode(new EventEmitter().on('x', fn)), { path: 'result._events.x', what: 'a function' })
})

const paths: readonly (readonly [value: unknown, path: string])[] = [
  [{ 'two words': { f: fn } }, 'result["two words"].f'],
  [{ $a_1: { 5: fn } }, 'result.$a_1[5]'],
  [[[fn]], 'result[0][0]'],
  [new Map<unknown, unknown>([[5, fn]]), 'result.get(5)'],
  [new Map<unknown, unknown>([[5n, fn]]), 'result.get(5n)'],
  [new Map<unknown, unknown>([[{}, fn]]), 'result.get([object])'],
  [
    new Map<unknown, unknown>([
      [1, 1],
      [{ a: fn }, 1],
    ]),
    'result.keys()[1].a',
  ],
  [Object.assign([], { 7: fn }), 'result[7]'],
  [Object.assign(new Array(1e9), { 12345: fn }), 'result[12345]'],
  [
    Object.assign(
      Array.from({ length: 500 }, () => 1),
      { named: fn },
    ),
    'result.named',
  ],
  [Object.assign([1], { named: fn }), 'result.named'],
  [{ a: Array.from({ length: 5000 }, (_, i) => (i === 4321 ? fn : 'text')) }, 'result.a[4321]'],
]
for (const [value, path] of paths) {
  test(`the path of what cannot travel is ${path}`, () => assert.throws(() => encode(value), { path, what: 'a function' }))
}

test('the root of paths can be named', () => assert.throws(() => encode([fn], 'args'), { path: 'args[0]' }))

test('a path stays short, whatever the keys', () => {
  assert.throws(
    () => encode({ ['k'.repeat(100_000)]: { ['ä'.repeat(100_000)]: fn } }),
    (error) => error instanceof UnserializableError && error.path.length < 500,
  )
})

test('a getter that throws is named', () => {
  const value = {
    list: [
      {
        get boom() {
          throw new RangeError('not now')
        },
      },
    ],
  }
  assert.throws(() => encode(value), { path: 'result.list[0].boom', what: 'a getter that throws "not now"' })
})

for (const levels of [1100, 5000, 100_000]) {
  test(`${levels} levels of nesting are refused, not a crash`, () => {
    assert.throws(() => encode(nest(levels)), { name: 'UnserializableError', what: 'nested more than 1000 levels deep' })
    assert.throws(() => encode([new Error('e'), nest(levels)]), { name: 'UnserializableError' })
  })
}

test('with little stack left a value is refused, not a crash', () => {
  const value = nest(900)
  const dive = (): unknown => {
    try {
      return dive()
    } catch {
      return encodeOrError(value)
    }
  }
  const outcome = dive()
  assert.ok(outcome === 'encoded' || outcome instanceof UnserializableError || outcome instanceof RangeError)
})

function encodeOrError(value: unknown): unknown {
  try {
    encode(value)
    return 'encoded'
  } catch (error) {
    return error
  }
}
