// Random numbers from a seed, so that a failure can be repeated.

/** How many cases a test of random input runs: STINT_FUZZ, or what is usual. */
export function cases(usual: number): number {
  return Number(process.env.STINT_FUZZ ?? usual)
}

/** What STINT_SEED says, or the same each time. */
export const seed = Number(process.env.STINT_SEED ?? 20_260_101)

/** The title of a test of random input: how much of it, and how to have it again. `npm run fuzz` finds such tests by it. */
export const drawn = (title: string, count: number): string => `${title} (${count} cases, STINT_SEED=${seed})`

/** Random numbers from 0 to below 1. */
export function fractions(from: number): () => number {
  const random = new Random(from)
  return () => random.below(2 ** 30) / 2 ** 30
}

/** A small generator of random numbers (xorshift32). */
export class Random {
  #state: number
  constructor(seed: number) {
    this.#state = seed | 0 || 1
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return (this.#state >>> 0) % limit
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  /** The list in another order. */
  shuffled<T>(list: readonly T[]): T[] {
    const result = [...list]
    for (let last = result.length - 1; last > 0; last--) {
      const other = this.below(last + 1)
      const kept = result[last] as T
      result[last] = result[other] as T
      result[other] = kept
    }
    return result
  }
}
