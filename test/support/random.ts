// Random numbers from a seed, so that a failure can be repeated.

/** How many cases a test of random input runs: STINT_FUZZ, or what is usual. */
export function cases(usual: number): number {
  return Number(process.env.STINT_FUZZ ?? usual)
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
