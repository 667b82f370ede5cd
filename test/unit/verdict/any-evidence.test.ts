// Whatever the evidence, there is exactly one kind, with a reason of its own. Seeded: STINT_SEED repeats a run.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { LimitError } from '#lib/errors.js'
import type { NativeReport } from '#lib/native.js'
import type { Evidence, Reply } from '#lib/supervise/evidence.js'
import { cause, causeRow, conclude, judge } from '#lib/verdict/index.js'
import { cases, drawn, fractions, seed } from '../../support/random.js'
import { ended, evidence } from './evidence.js'

const reasons: Readonly<Record<string, readonly string[]>> = {
  Ok: ['returned', 'exited'],
  CpuTimeout: ['worker-clock', 'tree-clock', 'kernel'],
  Timeout: ['wall'],
  Memorylimit: ['heap', 'address-space', 'data', 'cgroup', 'tree', 'thread'],
  Subprocess: ['denied'],
  Anything: ['threw', 'exited', 'signaled', 'aborted', 'unserializable', 'too-large', 'launch-failed', 'unsettled', 'lost'],
}

const numbers = [
  -1,
  0,
  1,
  2,
  6,
  9,
  11,
  15,
  24,
  31,
  32,
  64,
  65,
  110,
  137,
  255,
  0.5,
  1e9,
  2e9,
  1e10,
  1.05e10,
  2 ** 53,
  -(2 ** 31),
  Number.NaN,
  Number.POSITIVE_INFINITY,
]
const replies: (Reply | undefined)[] = [
  undefined,
  { type: 'returned', value: 1n },
  { type: 'threw', error: null, memory: true },
  { type: 'threw', error: new RangeError(''), memory: true },
  { type: 'unserializable', path: '', what: '' },
  { type: 'too-large', size: Number.NaN },
  { type: 'unsettled', where: 'x' },
]

function randomEvidence(random: () => number): Evidence {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const maybe = <T>(value: T): T | undefined => (random() < 0.2 ? value : undefined)
  const scramble = <T extends object>(from: T): T => {
    const scrambled = Object.entries(from).map(([name, value]) => {
      if (typeof value === 'boolean') return [name, random() < 0.5]
      return [name, typeof value === 'number' && random() < 0.5 ? pick(numbers) : value]
    })
    return Object.fromEntries(scrambled) as T
  }
  const causes = Array.from({ length: Math.floor(random() * 4) }, () => ({
    cause: Math.floor(random() * 17),
    timeNs: pick(numbers),
    value: pick(numbers),
  }))
  const report: NativeReport = { ...scramble(ended({}).report as NativeReport), limits: scramble(evidence.limits), causes }
  return {
    ...evidence,
    target: pick(['function', 'command']),
    report: random() < 0.95 ? report : undefined,
    keeperStatus: pick([undefined, 0, 9]),
    reply: pick(replies),
    garbage: maybe('bad magic'),
    launch: maybe({ step: pick([1, 99, 'clone']), errno: pick(numbers.filter(Number.isInteger)) }),
    aborted: maybe({ reason: undefined }),
    stdout: maybe({ bytes: new Uint8Array([0xff, 0xc3]), truncated: true }),
  }
}

const verdicts = cases(30_000)
const outcomes = cases(5_000)

test(drawn('any evidence gives exactly one kind, with a reason of that kind', verdicts), () => {
  const random = fractions(seed)
  const seen = new Set<string>()
  for (let count = 0; count < verdicts; count++) {
    const given = randomEvidence(random)
    const { kind, reason, certainty } = judge(given)
    seen.add(`${kind}/${reason}`)
    assert.ok(reasons[kind]?.includes(reason), `${kind}/${reason}`)
    assert.ok(certainty === 'certain' || certainty === 'probable')
  }
  const possible = Object.entries(reasons).flatMap(([kind, all]) => all.map((reason) => `${kind}/${reason}`))
  assert.deepEqual([...seen].sort(), possible.sort(), 'the random evidence reaches every reason')
})

test(
  drawn('any evidence gives an outcome that is frozen, has an error unless it is Ok, and can be written as JSON', outcomes),
  () => {
    const random = fractions(seed + 1)
    for (let count = 0; count < outcomes; count++) {
      const outcome = conclude(randomEvidence(random))
      assert.ok(Object.isFrozen(outcome))
      assert.equal('error' in outcome, outcome.kind !== 'Ok')
      assert.equal('value' in outcome, outcome.kind === 'Ok')
      if (outcome.kind !== 'Ok') assert.ok(outcome.error instanceof LimitError && outcome.error.kind === outcome.kind)
      assert.equal(JSON.parse(JSON.stringify(outcome)).kind, outcome.kind)
    }
  },
)

test('the same evidence gives the same verdict', () => {
  const first = fractions(seed)
  const second = fractions(seed)
  for (let count = 0; count < 1_000; count++) assert.deepEqual(judge(randomEvidence(first)), judge(randomEvidence(second)))
})

test('causes have the numbers of native/support/wire.h', () => {
  const [, body = ''] = /enum class Cause[^{]*\{([^}]*)\}/.exec(readFileSync('native/support/wire.h', 'utf8')) ?? []
  const wire = [...body.matchAll(/k([A-Z]\w*) = (\d+)/g)].map(([, name = '', number]) => [
    `${name[0]?.toLowerCase()}${name.slice(1)}`,
    Number(number),
  ])
  assert.deepEqual(Object.fromEntries(wire), { none: 0, ...cause })
  for (const number of Object.values(cause)) assert.ok(causeRow(number))
})
