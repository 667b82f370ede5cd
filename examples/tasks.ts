// The module that module.ts and progress.ts limit: ordinary code with imports and state of its own.
import { createHash } from 'node:crypto'
import { limitSignal, report } from 'stint/worker'

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

export function isTitle(text: string): boolean {
  return /^(\w+\s?)*$/.test(text) // exponential where the text does not end as expected
}

/** Counts primes up to `last`, tells how far it is, and stops with what it has when it is told to. */
export async function countPrimes(last: number): Promise<number> {
  let found = 0
  for (let number = 2; number <= last && !limitSignal.aborted; number++) {
    if (isPrime(number)) found++
    if (number % 10_000 === 0) {
      report({ number, found })
      await new Promise(setImmediate) // lets the stop be heard
    }
  }
  return found
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false
  return true
}
