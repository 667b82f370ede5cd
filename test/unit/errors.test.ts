import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attachOutcome, limitErrors, StintError, TimeoutError } from '#lib/errors.js'
import { jsonSafe } from '#lib/json-safe.js'

const codes = {
  CpuTimeout: 'ERR_STINT_CPU_TIMEOUT',
  Timeout: 'ERR_STINT_TIMEOUT',
  Memorylimit: 'ERR_STINT_MEMORY_LIMIT',
  Subprocess: 'ERR_STINT_SUBPROCESS',
  Anything: 'ERR_STINT_ANYTHING',
}

for (const [kind, Class] of Object.entries(limitErrors)) {
  test(`the error of ${kind} carries its kind, its code and its own name`, () => {
    const error = new Class('message', { cause: 1 })
    assert.deepEqual([error.kind, error.code], [kind, codes[kind as keyof typeof codes]])
    assert.equal(String(error), `${Class.name}: message`)
    assert.equal(error.cause, 1)
  })
}

test('an error tied to its outcome shows it to code and hides it from loops over its properties', () => {
  const error = new TimeoutError('took too long')
  const outcome = { kind: 'Timeout', reason: 'wall', error } as never
  attachOutcome(error, outcome)
  assert.equal(error.outcome, outcome)
  assert.ok(!Object.keys(error).includes('outcome'))
  assert.deepEqual(JSON.parse(JSON.stringify(error)), {
    name: 'TimeoutError',
    code: 'ERR_STINT_TIMEOUT',
    message: 'took too long',
    kind: 'Timeout',
    outcome: { kind: 'Timeout', reason: 'wall' },
  })
})

test('a StintError tells code, option, value seen and what is accepted', () => {
  const error = new StintError('ERR_STINT_OPTION_VALUE', 'no', { option: 'memory', value: -1, accepted: 'bytes' })
  assert.deepEqual({ ...error }, { code: 'ERR_STINT_OPTION_VALUE', option: 'memory', value: -1, accepted: 'bytes' })
  assert.equal(String(error), 'StintError: no')
})

const safe: [string, unknown, unknown][] = [
  ['plain data stays', { a: [1, 'x', null, true] }, { a: [1, 'x', null, true] }],
  ['a bigint is described', 255n, { type: 'bigint', size: 2 }],
  ['NaN is described', [Number.NaN], [{ type: 'NaN', size: 8 }]],
  ['a Map is described', new Map([[1, 2]]), { type: 'Map', size: 1 }],
  ['a buffer is described by its bytes', Buffer.alloc(10), { type: 'Buffer', size: 10 }],
  ['a date becomes its text', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['an invalid date is described', new Date(Number.NaN), { type: 'Date', size: 0 }],
  [
    'an error keeps what names it',
    new RangeError('r', { cause: 1n }),
    { name: 'RangeError', message: 'r', cause: { type: 'bigint', size: 1 } },
  ],
  ['a function is described', () => 1, { type: 'function', size: 0 }],
  ['a member that is undefined is left out', { a: undefined }, {}],
  ['an undefined item is described', [undefined], [{ type: 'undefined', size: 0 }]],
  ['text too long for one document is described', 'x'.repeat(2 ** 25), { type: 'string', size: 2 ** 25 }],
  ['an array too long for one document is described', new Array(1e7), { type: 'Array', size: 1e7 }],
]
for (const [title, value, expected] of safe) {
  test(`for JSON, ${title}`, () => assert.deepEqual(jsonSafe(value), expected))
}

test('for JSON, a cycle is described where it closes', () => {
  const value: Record<string, unknown> = { a: 1 }
  value.self = value
  assert.deepEqual(jsonSafe(value), { a: 1, self: { type: 'Object', size: 2 } })
})

test('for JSON, nesting deeper than any stack still gives text', () => {
  let value: unknown = 1
  for (let depth = 0; depth < 1e5; depth++) value = [value]
  assert.match(JSON.stringify(jsonSafe(value)), /"type":"Array"/)
})

test('for JSON, an object whose getters throw is described', () => {
  const value = Object.defineProperty({}, 'x', { enumerable: true, get: () => assert.fail() })
  assert.deepEqual(jsonSafe(value), { type: 'object', size: 0 })
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  assert.deepEqual(jsonSafe([revoked.proxy]), [{ type: 'object', size: 0 }])
})

test('for JSON, a key named __proto__ is a key like any other', () => {
  const value = JSON.parse('{"__proto__": {"x": 1}}')
  assert.equal(JSON.stringify(jsonSafe(value)), '{"__proto__":{"x":1}}')
})
