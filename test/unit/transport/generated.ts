// Values and damage made from a seed, so that a failure can be repeated.
import type { Random } from '../../support/random.js'

type Make = (random: Random, depth: number, known: unknown[]) => unknown

const text: Make = (random) => random.pick(['', 'a', '__proto__', 'constructor', '5', 'ü'.repeat(20), 'x'.repeat(300), '\ud800'])
const list = (random: Random, make: () => unknown): unknown[] => Array.from({ length: random.below(6) }, make)

const leaves: readonly Make[] = [
  (random) => random.below(1000) - 500,
  (random) => random.pick([Number.NaN, -0, Number.POSITIVE_INFINITY, 1e300, 2 ** 31, 0.1]),
  (random) => BigInt(random.below(1e9)) ** 3n,
  (random) => random.pick([true, false, null, undefined]),
  text,
  text,
  (random) => new Date(random.below(2e9)),
  () => /a+b/dgs,
  (random) => Buffer.from(`bytes ${random.below(100)}`),
  (random) => new Uint8Array(random.below(3) === 0 ? 40_000 : 10).fill(random.below(256)),
  (random) => new Float64Array(random.below(20)).fill(random.below(100)),
  (random) => new DataView(new ArrayBuffer(32), random.below(16)),
  (random) => new ArrayBuffer(random.below(2) === 0 ? 100 : 50_000),
  (random) => new URL(`https://example.org/${random.below(100)}`),
  (random, _depth, known) => (known.length > 0 ? random.pick(known) : 1), // shared, or a cycle
]

const containers: readonly Make[] = [
  (random, depth, known) => fill(random, known, (add) => list(random, () => add(value(random, depth + 1, known))), []),
  (random, depth, known) => {
    const object: Record<string, unknown> = {}
    known.push(object)
    for (const _ of list(random, () => 0)) define(object, text(random, depth, known) as string, value(random, depth + 1, known))
    return object
  },
  (random, depth, known) => {
    const map = new Map()
    known.push(map)
    for (const _ of list(random, () => 0)) map.set(value(random, depth + 1, known), value(random, depth + 1, known))
    return map
  },
  (random, depth, known) => {
    const set = new Set()
    known.push(set)
    for (const _ of list(random, () => 0)) set.add(value(random, depth + 1, known))
    return set
  },
  (random, depth, known) => {
    const Class = random.pick([Error, TypeError, RangeError])
    const error = new Class(`message ${random.below(10)}`, { cause: value(random, depth + 1, known) })
    known.push(error)
    return Object.assign(error, { detail: value(random, depth + 1, known) })
  },
]

function fill(
  _random: Random,
  known: unknown[],
  make: (add: (item: unknown) => unknown) => unknown[],
  target: unknown[],
): unknown[] {
  known.push(target)
  make((item) => target.push(item))
  return target
}

function define(object: object, key: string, item: unknown): void {
  Object.defineProperty(object, key, { value: item, enumerable: true, writable: true, configurable: true })
}

/** A random value: containers up to six deep, with shared parts and cycles. */
export function value(random: Random, depth = 0, known: unknown[] = []): unknown {
  const makes = depth < 6 && random.below(10) < (depth === 0 ? 9 : 4) ? containers : leaves
  return random.pick(makes)(random, depth, known)
}

/** A damaged copy: bytes changed, cut out, repeated, or the end cut off; the header mostly left alone, so that it gets far. */
export function damage(random: Random, bytes: Uint8Array): Buffer {
  const copy = Buffer.from(bytes)
  const at = () => (random.below(20) === 0 ? random.below(copy.length) : 2 + random.below(Math.max(1, copy.length - 2)))
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const kind = random.below(8)
    if (kind < 4) copy[at()] = random.below(256)
    else if (kind < 6) copy[at()] = random.pick(tags)
    else if (kind === 6) return copy.subarray(0, at())
    else return Buffer.concat([copy.subarray(0, at()), copy.subarray(at())])
  }
  return copy
}

/** Tags of V8's format, and the ends of its variable-length numbers. */
const tags = [...Buffer.from('_0TFINUDZ"cSo{aA$@;:\'#tuBV^\\r~M%eERQ'), 0, 1, 0x7f, 0x80, 0xff]
