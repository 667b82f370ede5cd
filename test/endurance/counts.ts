// How calls ended, against how they should have.
export class Counts {
  wrong = 0
  readonly #ends = new Map<string, number>()
  readonly #examples: string[] = []

  /** `what` names the call, `seen` its end; `expected` lists the ends that are true of it. */
  add(what: string, seen: string, expected: readonly string[]): void {
    const right = expected.includes(seen)
    const key = `${right ? 'right' : 'WRONG'}  ${what}: ${seen}${right ? '' : ` (not ${expected.join(', ')})`}`
    this.#ends.set(key, (this.#ends.get(key) ?? 0) + 1)
    if (!right) this.wrong++
  }

  /** Something that tells more about a wrong end; the first few are kept. */
  example(text: string): void {
    if (this.#examples.length < 5) this.#examples.push(text)
  }

  get total(): number {
    let sum = 0
    for (const count of this.#ends.values()) sum += count
    return sum
  }

  print(seconds: number): void {
    for (const [key, count] of [...this.#ends].sort()) console.log(`${String(count).padStart(8)}  ${key}`)
    for (const text of this.#examples) console.log(text)
    console.log(`${this.total} calls, ${this.wrong} wrong, ${seconds.toFixed(0)} s, ${(this.total / seconds).toFixed(0)} calls/s`)
  }
}
