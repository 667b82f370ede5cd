// How late this machine wakes up what sleeps: a thread that sleeps a millisecond at a time and notes the worst. An ending
// that is late by what the scheduler was late is not the library's.
import { Worker } from 'node:worker_threads'

const SLEEPER = `
const { workerData } = require('node:worker_threads')
const never = new Int32Array(new SharedArrayBuffer(4))
for (;;) {
  const before = performance.now()
  Atomics.wait(never, 0, 0, 1)
  const late = Math.round((performance.now() - before - 1) * 1000)
  if (late > Atomics.load(workerData, 0)) Atomics.store(workerData, 0, late)
}`

// Keeper wakes up, the killed dies, the keeper reaps, the host hears of it: each must be scheduled once.
const WAKE_UPS = 4

export class Lag {
  readonly #worst = new Int32Array(new SharedArrayBuffer(4))
  readonly #sleeper = new Worker(SLEEPER, { eval: true, workerData: this.#worst })

  /** Starts over. */
  reset(): void {
    Atomics.store(this.#worst, 0, 0)
  }

  /** Milliseconds by which an ending since then may be late. */
  allowance(): number {
    return (WAKE_UPS * Atomics.load(this.#worst, 0)) / 1000
  }

  async stop(): Promise<void> {
    await this.#sleeper.terminate()
  }
}
