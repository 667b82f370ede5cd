// Quantities in words, for messages.

const binary = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const
const decimal = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const

/** '256 MiB', '500 MB', '1.4 GiB': in the system of units in which it is rounder, else binary with one decimal. */
export function bytesText(bytes: number): string {
  if (!Number.isFinite(bytes)) return 'any size'
  const [inBinary, inDecimal] = [scaled(bytes, 1024), scaled(bytes, 1000)]
  const useDecimal = !Number.isInteger(inBinary.value) && Number.isInteger(inDecimal.value)
  const { value, power } = useDecimal ? inDecimal : inBinary
  return `${Number(value.toFixed(1))} ${(useDecimal ? decimal : binary)[power]}`
}

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
