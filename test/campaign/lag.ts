// How late this machine lets run what wants to: a thread that sleeps a millisecond at a time notes how late it was woken, and how
// many others wanted a core (proc_loadavg(5)), since what is not asleep waits a tick for each of them. An ending that is late
// by what the scheduler was late is not the library's.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

/** Of the ring: the worst of each span of so many milliseconds, with the number of the span that it was in. */
const SPAN = 16
const SPANS = 8_192

const SLEEPER = `
const { workerData: { ring, SPAN, SPANS, origin, cores } } = require('node:worker_threads')
const { readFileSync } = require('node:fs')
const TICK = 4000
/** Microseconds that one waits for its turn. */
const turn = () => {
  const running = Number(readFileSync('/proc/loadavg', 'latin1').split(' ')[3].split('/')[0])
  return Math.round((Math.max(0, running - cores) / cores) * TICK)
}
const never = new Int32Array(new SharedArrayBuffer(4))
const now = () => performance.timeOrigin + performance.now() - origin
for (;;) {
  const before = now()
  Atomics.wait(never, 0, 0, 1)
  const after = now()
  const span = Math.floor(after / SPAN)
  const at = (span % SPANS) * 2
  const woken = Math.round((after - before - 1) * 1000)
  const late = ring[at] === span ? woken : Math.max(woken, turn())
  if (ring[at] !== span || late > ring[at + 1]) [ring[at], ring[at + 1]] = [span, late]
}`

// Keeper wakes up, the killed dies, the keeper reaps, the host hears of it: each must be scheduled once.
const WAKE_UPS = 4

export class Lag {
  readonly #ring = new Int32Array(new SharedArrayBuffer(SPANS * 2 * 4))
  readonly #origin = performance.timeOrigin + performance.now()
  readonly #sleeper = new Worker(SLEEPER, {
    eval: true,
    workerData: { ring: this.#ring, SPAN, SPANS, origin: this.#origin, cores: availableParallelism() },
  })

  /** To be given to `allowance`. */
  now(): number {
    return performance.timeOrigin + performance.now() - this.#origin
  }

  /** Milliseconds by which an ending since then may be late. */
  allowance(since: number): number {
    const first = Math.floor(since / SPAN)
    const last = Math.floor(this.now() / SPAN)
    let worst = 0
    for (let at = 0; at < this.#ring.length; at += 2) {
      const [span = 0, late = 0] = [this.#ring[at], this.#ring[at + 1]]
      if (span >= first && span <= last && late > worst) worst = late
    }
    return (WAKE_UPS * worst) / 1000
  }

  async stop(): Promise<void> {
    await this.#sleeper.terminate()
  }
}
