// One listener of ours in a signal, however many calls share it: Node 20 warns of a leak at the eleventh.

const shared = new WeakMap<AbortSignal, Followers>()

/**
 * Acts when the signal aborts; not where it has aborted before, as addEventListener would not.
 * @returns what takes that back: a signal that nobody follows any more holds nothing of ours
 */
export function whenAborted(signal: AbortSignal | undefined, act: () => void): () => void {
  if (signal === undefined || signal.aborted) return () => {}
  const followers = shared.get(signal) ?? new Followers(signal)
  shared.set(signal, followers)
  return followers.add(act)
}

class Followers {
  readonly #signal: AbortSignal
  readonly #acts = new Set<() => void>()
  readonly #onAbort = () => {
    shared.delete(this.#signal)
    for (const act of this.#acts) act() // one may take back another
  }

  constructor(signal: AbortSignal) {
    this.#signal = signal
    signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  add(act: () => void): () => void {
    const own = () => act() // two calls may act alike
    this.#acts.add(own)
    return () => {
      if (this.#acts.delete(own) && this.#acts.size === 0) this.#leave()
    }
  }

  #leave(): void {
    this.#signal.removeEventListener('abort', this.#onAbort)
    if (shared.get(this.#signal) === this) shared.delete(this.#signal)
  }
}
