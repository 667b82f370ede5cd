// Quantities in words, for messages.
import type { Usage } from '../types.js'

const binary = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const
const decimal = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const

/**
 * '256 MiB', '500 MB', '1.4 GiB': with at most one decimal.
 * @param beside what it is to be compared with: both are told in the system of units in which that is rounder, else in the binary one
 */
export function bytesText(bytes: number, beside = bytes): string {
  if (!Number.isFinite(bytes)) return 'any size'
  const { name, size } = bytesUnit(bytes, beside)
  return `${Number((bytes / size).toFixed(1))} ${name}`
}

/** The unit that `bytesText` takes. */
export function bytesUnit(bytes: number, beside = bytes): { readonly name: string; readonly size: number } {
  const decimally = isRound(scaled(beside, 1000)) && !isRound(scaled(beside, 1024))
  const base = decimally ? 1000 : 1024
  const { power } = scaled(bytes, base)
  return { name: (decimally ? decimal : binary)[power] ?? '', size: base ** power }
}

const isRound = ({ value }: { readonly value: number }): boolean => Number.isInteger(value)

function scaled(bytes: number, base: number): { readonly value: number; readonly power: number } {
  let value = bytes
  let power = 0
  while (value >= base && power < binary.length - 1) {
    value /= base
    power++
  }
  return { value, power }
}

/** '950 ms', '1.003 s', '0.5 ms'. */
export function durationText(milliseconds: number): string {
  return milliseconds < 1000 ? `${Number(milliseconds.toPrecision(3))} ms` : `${Number((milliseconds / 1000).toFixed(3))} s`
}

/** '1 process', '3 processes'. */
export function processesText(count: number): string {
  return count === 1 ? '1 process' : `${count} processes`
}

/** The highest memory that is known of a job: of its own process, or of all of them together. */
export function peakOf({ peakMemory, peakTreeMemory = 0 }: Usage): number {
  return Math.max(peakMemory, peakTreeMemory)
}
