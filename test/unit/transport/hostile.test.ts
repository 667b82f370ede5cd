import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serialize } from 'node:v8'
import { decode, encode, MalformedError } from '#lib/transport/index.js'
import { cases, drawn, Random, seed } from '../../support/random.js'
import { damage, value } from './generated.js'
import { segmentsOf, trip } from './trip.js'

// STINT_FUZZ=2000000 tries that many damaged encodings; STINT_SEED repeats a run.
const damaged = cases(20_000)
const generated = Math.max(500, damaged / 20)
const slowest = 2000 // ms that one decoding of a few kB may take, on a loaded machine

test(drawn('generated values arrive as they were', generated), () => {
  const random = new Random(seed)
  for (let i = 0; i < generated; i++) {
    const sent = value(random)
    assert.deepStrictEqual(trip(sent), sent, `value ${i} of seed ${seed}`)
  }
})

test(drawn('damaged encodings are decoded or refused as malformed, quickly', damaged), () => {
  const random = new Random(seed)
  for (let i = 0; i < damaged; ) {
    const { main, segments } = encode(value(random))
    const buffers = segmentsOf(segments)
    for (let j = 0; j < 50; j++, i++) {
      const start = performance.now()
      tryDecode(damage(random, main), random.below(20) === 0 ? buffers.slice(1) : buffers)
      assert.ok(performance.now() - start < slowest, `case ${i} of seed ${seed} took too long`)
    }
  }
  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
  assert.deepEqual(Object.keys(Object.prototype), [])
})

test(drawn('random bytes are refused as malformed', damaged / 4), () => {
  const random = new Random(seed)
  const header = encode(0).main.subarray(0, 2)
  for (let i = 0; i < damaged / 4; i++) {
    const bytes = Buffer.from(Array.from({ length: random.below(60) }, () => random.below(256)))
    tryDecode(i % 2 === 0 ? bytes : Buffer.concat([header, bytes]), [])
  }
})

function tryDecode(main: Uint8Array, segments: ArrayBuffer[]): void {
  try {
    decode(main, segments)
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
  }
}

/** Header, no buffers, no specials, then these bytes of V8's format. */
const body = (...bytes: (number | string)[]) =>
  Buffer.concat([
    encode(0).main.subarray(0, 4),
    ...bytes.map((byte) => (typeof byte === 'string' ? Buffer.from(byte) : Buffer.from([byte]))),
  ])

const long = [0xff, 0xff, 0xff, 0xff, 0x0f]
const malformed: Record<string, Uint8Array> = {
  'no bytes': Buffer.alloc(0),
  'a header alone': encode(0).main.subarray(0, 2),
  'an older version of the format': Buffer.concat([Buffer.from([0xff, 0x0d]), encode(0).main.subarray(2)]),
  'no version of the format': encode(0).main.subarray(2),
  text: Buffer.from('{"json": true}'),
  'bytes after the value': Buffer.concat([encode(0).main, Buffer.from([0])]),
  'what v8.serialize() makes of an object': serialize({ a: 1 }),
  'a string longer than the message': body('"', ...long),
  'a dense array longer than the message': body('A', ...long),
  'an ArrayBuffer longer than the message': body('B', ...long),
  'a bigint longer than the message': body('Z', ...long),
  'a reference to an object that is not there': body('^', 5),
  'shared memory': body('u', 0),
  'a transferred buffer that is not there': body('t', 0),
  'a WebAssembly module': body('w', 0),
  'a special that is not there': body('\\', 0, 5),
  'a view of a buffer that is not there': body('\\', 1, 3, 5),
  'a view of no known kind': body('\\', 2, 99, 0, 0, 0, 0, 0, 0, 0, 0),
  'a segment that did not come': Buffer.concat([
    encode(0).main.subarray(0, 2),
    Buffer.from([1, 2, 0, 0, 0, 0, 0, 0, 0x10, 0x40, 0x5f, 0x49, 0]),
  ]),
  'half a million levels of arrays': body('A\x01'.repeat(500_000)),
}
for (const [what, main] of Object.entries(malformed)) {
  test(`${what} is malformed`, () => assert.throws(() => decode(main, []), MalformedError))
}

test('a segment too many, one too few and one of another length are malformed', () => {
  const { main } = encode(new Uint8Array(40_000))
  assert.ok(decode(main, [new ArrayBuffer(40_000)]))
  for (const segments of [[], [new ArrayBuffer(39_999)], [new ArrayBuffer(40_000), new ArrayBuffer(1)]]) {
    assert.throws(() => decode(main, segments), MalformedError)
  }
})

const lists: Record<string, readonly [rows: unknown, fields: unknown]> = {
  'specials that are no list': [{}, []],
  'a list of 4 billion specials': [Object.assign([], { length: 4294967295 }), []],
  'a special of no known form': [[['magic', 'a', 'b']], [[[], []]]],
  'a URL that is none': [[['url', 'not a URL']], [[[], []]]],
  'an error of a class that is not built in': [[['error', 'Function', 'Function']], [[[], []]]],
  'an error of a class named __proto__': [[['error', '__proto__', 'x']], [[[], []]]],
  'too few fields': [[['error', 'Error', 'Error']], []],
  'fields that are no list': [[['error', 'Error', 'Error']], [[5, []]]],
  'a field without a value': [[['error', 'Error', 'Error']], [[['a'], []]]],
  'a field whose key is an object': [[['error', 'Error', 'Error']], [[[{}, 1, true], []]]],
  'dropped names that are none': [[['error', 'Error', 'Error']], [[[], [1]]]],
}
for (const [what, [rows, fields]] of Object.entries(lists)) {
  test(`${what}: malformed`, () => {
    const parts = [rows, null, fields].map((part) => serialize(part).subarray(2))
    const main = Buffer.concat([encode(0).main.subarray(0, 3), ...parts])
    assert.throws(() => decode(main, []), MalformedError)
  })
}

test('the names of classes and fields reach no prototype that others share', () => {
  const rows = [['error', 'Error', '__proto__']]
  const fields = [[['__proto__', { polluted: 1 }, true, 'constructor', 5, true, 'toString', 6, false], []]]
  const main = Buffer.concat([encode(0).main.subarray(0, 3), ...[rows, 0, fields].map((part) => serialize(part).subarray(2))])
  decode(main, [])
  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
  assert.equal((new Error() as { polluted?: unknown }).polluted, undefined)
})

test('a job that has replaced the globals and methods around it is still answered', () => {
  const saved = [
    Map.prototype.set,
    Array.prototype.map,
    Object.keys,
    Object.defineProperty,
    Array.prototype[Symbol.iterator],
  ] as const
  const broken = () => {
    throw new Error('replaced')
  }
  const sent = { list: [1, { a: new Map([[1, new Error('e')]]) }], url: new URL('http://x/') }
  let arrived: unknown
  Map.prototype.set =
    Array.prototype.map =
    Object.keys =
    Object.defineProperty =
    Array.prototype[Symbol.iterator] =
      broken as never
  try {
    const { main } = encode(sent)
    arrived = decode(main, [])
  } finally {
    ;(Map.prototype as { set: unknown }).set = saved[0]
    Array.prototype.map = saved[1]
    Object.keys = saved[2]
    Object.defineProperty = saved[3]
    Array.prototype[Symbol.iterator] = saved[4]
  }
  assert.deepStrictEqual(arrived, sent)
})
