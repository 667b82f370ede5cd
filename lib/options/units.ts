// Sizes, durations and counts, from what people write to plain numbers. Pure; nothing is rounded or clamped silently.
import { refuse } from './refuse.js'

const sizeFactors: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  TB: 1000 ** 4,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
}
const durationFactors: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const quantity = /^(\d+|\d*\.\d+)([A-Za-z]+)$/
// 100 years: in nanoseconds it still fits into the kernel's signed 64 bits, with room for the clock's own value.
const longest = 876_600 * 3_600_000

/** What a size may be, apart from its being text with a unit. */
export interface SizeRule {
  readonly min?: number
  readonly infinity?: boolean
}

/**
 * @param value bytes, or text such as '512MiB' or '1.5GB'
 * @returns bytes: a safe integer of at least rule.min (default 0), or Infinity where the rule allows it
 * @throws StintError ERR_STINT_OPTION_VALUE
 */
export function parseSize(option: string, value: unknown, rule: SizeRule = {}): number {
  const { min = 0, infinity = false } = rule
  if (infinity && value === Number.POSITIVE_INFINITY) return value
  const bytes = typeof value === 'string' ? sizeOfText(value) : value
  if (isWhole(bytes) && bytes >= min) return bytes
  const least = min > 0 ? ` of at least ${min}` : ''
  return refuse(
    option,
    value,
    `a whole number of bytes${least}, or text such as '512MiB' or '1.5GB'${infinity ? ', or Infinity' : ''}`,
  )
}

function sizeOfText(text: string): number | undefined {
  const [, digits = '', unit = ''] = quantity.exec(text) ?? []
  const factor = Object.hasOwn(sizeFactors, unit) ? sizeFactors[unit] : undefined
  if (factor === undefined) return undefined
  return digits.includes('.') ? sizeOfFraction(digits, BigInt(factor)) : Number(digits) * factor // exact, or no safe integer
}

// In integers, since 1.1 * 10 ** 9 is no whole number in floating point.
function sizeOfFraction(digits: string, factor: bigint): number | undefined {
  const [whole = '', fraction = ''] = digits.split('.')
  const scaled = BigInt(whole + fraction) * factor
  const divisor = 10n ** BigInt(fraction.length)
  return scaled % divisor === 0n ? Number(scaled / divisor) : undefined
}

/**
 * @param value milliseconds, or text such as '250ms', '1.5s', '2m', '1h'
 * @param min the smallest that is accepted, in milliseconds; 'some' = more than nothing, that is one nanosecond
 * @returns milliseconds, to the nanosecond, at most 100 years
 * @throws StintError ERR_STINT_OPTION_VALUE
 */
export function parseDuration(option: string, value: unknown, min: 0 | 'some' = 'some'): number {
  const given = typeof value === 'string' ? durationOfText(value) : value
  const fits = typeof given === 'number' && given >= 0 && given <= longest
  const exact = fits ? Math.round(given * 1e6) / 1e6 : 0
  if (fits && (exact > 0 || min === 0)) return exact
  const from = min === 'some' ? 'above 0' : 'from 0'
  return refuse(option, value, `milliseconds ${from} to 100 years, or text such as '250ms', '1.5s', '2m', '1h'`)
}

function durationOfText(text: string): number | undefined {
  const [, digits = '', unit = ''] = quantity.exec(text) ?? []
  const factor = Object.hasOwn(durationFactors, unit) ? durationFactors[unit] : undefined
  return factor === undefined ? undefined : Number(digits) * factor
}

/** The smallest and the largest whole number that are accepted. */
export interface Range {
  readonly min: number
  readonly max?: number
  readonly infinity?: boolean
}

/**
 * @returns a whole number in the range
 * @throws StintError ERR_STINT_OPTION_VALUE
 */
export function parseInteger(option: string, value: unknown, range: Range): number {
  const { min, max, infinity = false } = range
  if (infinity && value === Number.POSITIVE_INFINITY) return value
  const whole = typeof value === 'number' && Number.isSafeInteger(value)
  if (whole && value >= min && value <= (max ?? Number.MAX_SAFE_INTEGER)) return value
  const upTo = max === undefined ? ` of at least ${min}` : ` from ${min} to ${max}`
  return refuse(option, value, `a whole number${upTo}${infinity ? ', or Infinity' : ''}`)
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
