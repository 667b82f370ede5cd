import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDuration, parseInteger, parseSize } from '#lib/options/units.js'

const sizes: [unknown, number][] = [
  [0, 0],
  [1024, 1024],
  [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ['1B', 1],
  ['1kB', 1000],
  ['1MB', 1e6],
  ['1.1GB', 1_100_000_000],
  ['2TB', 2e12],
  ['1KiB', 1024],
  ['512MiB', 512 * 1024 ** 2],
  ['1.5GiB', 1.5 * 1024 ** 3],
  ['.5KiB', 512],
  ['1TiB', 1024 ** 4],
]
for (const [value, bytes] of sizes) {
  test(`the size ${JSON.stringify(value)} is ${bytes} bytes`, () => assert.equal(parseSize('memory', value), bytes))
}

const wrongSizes: unknown[] = [
  Number.NaN,
  -1,
  0.5,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  '1',
  '1 MB',
  '1mb',
  '1KB',
  '-1MB',
  '1e3MB',
  '0.5B',
  '1.B',
  '',
]
wrongSizes.push('5 parsecs', '9007199254740993B', '99999TiB', 'InfinityMB', '1constructor', null, true, 1n, [1], {})
for (const value of wrongSizes) {
  test(`the size ${typeof value === 'bigint' ? '1n' : JSON.stringify(value)} (${String(value)}) is refused`, () => {
    assert.throws(() => parseSize('memory', value), {
      name: 'StintError',
      code: 'ERR_STINT_OPTION_VALUE',
      option: 'memory',
      value,
    })
  })
}

const durations: [unknown, number][] = [
  [1, 1],
  [0.5, 0.5],
  ['250ms', 250],
  ['0.1s', 100],
  ['1.1s', 1100],
  ['2m', 120_000],
  ['1h', 3_600_000],
  [0.000001, 0.000001],
]
for (const [value, milliseconds] of durations) {
  test(`the duration ${JSON.stringify(value)} is ${milliseconds} ms`, () =>
    assert.equal(parseDuration('wallTime', value), milliseconds))
}

const wrongDurations: unknown[] = [
  0,
  1e-9,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  1e15,
  '1',
  '1 s',
  '1S',
  '1min',
  '1d',
  '-1s',
  '5 parsecs',
  null,
  {},
]
for (const value of wrongDurations) {
  test(`the duration ${JSON.stringify(value)} (${String(value)}) is refused`, () => {
    assert.throws(() => parseDuration('wallTime', value), { code: 'ERR_STINT_OPTION_VALUE', option: 'wallTime' })
  })
}

test('a duration that may be nothing takes 0', () => assert.equal(parseDuration('gracePeriod', 0, 0), 0))

test('a refusal says the option, what is accepted and what was seen', () => {
  assert.throws(() => parseSize('memory', '5 parsecs'), {
    message: "Option 'memory' must be a whole number of bytes, or text such as '512MiB' or '1.5GB'; got '5 parsecs'.",
    accepted: "a whole number of bytes, or text such as '512MiB' or '1.5GB'",
  })
})

test('a count is a whole number in its range', () => {
  assert.equal(parseInteger('nice', -20, { min: -20, max: 19 }), -20)
  assert.equal(parseInteger('maxQueue', Number.POSITIVE_INFINITY, { min: 0, infinity: true }), Number.POSITIVE_INFINITY)
  for (const value of [-21, 20, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '1', null]) {
    assert.throws(() => parseInteger('nice', value, { min: -20, max: 19 }), { code: 'ERR_STINT_OPTION_VALUE' })
  }
})
