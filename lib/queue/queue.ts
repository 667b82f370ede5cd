// How many jobs of one function set run at once, and which waits next: first come, first served.
import { whenAborted } from '../when-aborted.js'

interface Waiting {
  admit(): void
  refuse(reason: unknown): void
}

/** Bounded admission: at most `concurrency` jobs inside, at most `maxQueue` waiting. */
export class Queue {
  readonly #concurrency: number
  readonly #maxQueue: number
  readonly #waiting = new Set<Waiting>() // insertion order is the order of admission
  readonly #idle: (() => void)[] = []
  #running = 0

  constructor(concurrency: number, maxQueue: number) {
    this.#concurrency = concurrency
    this.#maxQueue = maxQueue
  }

  get running(): number {
    return this.#running
  }

  get queued(): number {
    return this.#waiting.size
  }

  /** True when a job that came now would run at once. */
  get free(): boolean {
    return this.#running < this.#concurrency
  }

  /** True when a further job could neither run nor wait. */
  get full(): boolean {
    return this.#running >= this.#concurrency && this.#waiting.size >= this.#maxQueue
  }

  /** Resolves when the job may run; every admission must be paid back by one leave(). Rejects with the signal's reason. */
  async enter(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (this.#running < this.#concurrency) {
      this.#running++
      return
    }
    await new Promise<void>((resolve, reject) => this.#wait(resolve, reject, signal))
  }

  leave(): void {
    for (const next of this.#waiting) {
      next.admit() // the place passes on: #running stays
      return
    }
    this.#running--
    if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve()
  }

  /** Refuses everything that waits. */
  clear(reason: unknown): void {
    for (const waiting of [...this.#waiting]) waiting.refuse(reason)
  }

  /** Resolves when nothing runs and nothing waits. */
  async drained(): Promise<void> {
    if (this.#running === 0) return
    await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  #wait(resolve: () => void, reject: (reason: unknown) => void, signal?: AbortSignal): void {
    const settle = (act: () => void) => () => {
      this.#waiting.delete(waiting)
      unfollow()
      act()
    }
    const waiting: Waiting = {
      admit: settle(resolve),
      refuse: (reason) => settle(() => reject(reason))(),
    }
    this.#waiting.add(waiting)
    const unfollow = whenAborted(signal, () => waiting.refuse(signal?.reason))
  }
}
