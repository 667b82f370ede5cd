// How late this machine lets run what wants to: a thread that sleeps two milliseconds at a time notes how late it was woken, and how
// many others wanted a core (proc_loadavg(5)), since what is not asleep waits a tick for each of them. An ending that is late
// by what the scheduler was late is not the library's. And how late this host's own loop was: it has many turns, some of which keep
// it busy, and an outcome comes into hand when the loop turns.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

/** Of the ring: the worst of each span of so many milliseconds, with the number of the span that it was in. */
const SPAN = 16
const SPANS = 8_192
/** Milliseconds between two looks. */
const NAP = 2

const SLEEPER = `
const { workerData: { ring, NAP, SPAN, SPANS, origin, cores } } = require('node:worker_threads')
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
  Atomics.wait(never, 0, 0, NAP)
  const after = now()
  const span = Math.floor(after / SPAN)
  const at = (span % SPANS) * 2
  const woken = Math.round((after - before - NAP) * 1000)
  const late = ring[at] === span ? woken : Math.max(woken, turn())
  if (ring[at] !== span || late > ring[at + 1]) [ring[at], ring[at + 1]] = [span, late]
}`

// Value, report and end of a keeper reach the loop one after the other.
const TURNS_OF_THE_LOOP = 3

// Keeper wakes up, the killed dies, the keeper reaps, the host hears of it: each must be scheduled once.
const WAKE_UPS = 4

/** The greatest number of a ring's spans from that time on, in microseconds. */
function worstOf(ring: Int32Array, since: number, until: number): number {
  const first = Math.floor(since / SPAN)
  const last = Math.floor(until / SPAN)
  let worst = 0
  for (let at = 0; at < ring.length; at += 2) {
    const [span = 0, late = 0] = [ring[at], ring[at + 1]]
    if (span >= first && span <= last && late > worst) worst = late
  }
  return worst
}

export class Lag {
  readonly #ring = new Int32Array(new SharedArrayBuffer(SPANS * 2 * 4))
  readonly #loop = new Int32Array(SPANS * 2)
  readonly #origin = performance.timeOrigin + performance.now()
  readonly #sleeper = new Worker(SLEEPER, {
    eval: true,
    workerData: { ring: this.#ring, NAP, SPAN, SPANS, origin: this.#origin, cores: availableParallelism() },
  })
  #due = this.now() + SPAN
  readonly #timer = setInterval(() => this.#turned(), SPAN)

  /** To be given to the others. */
  now(): number {
    return performance.timeOrigin + performance.now() - this.#origin
  }

  /** Milliseconds by which an ending since then may be late. */
  allowance(since: number): number {
    return (WAKE_UPS * worstOf(this.#ring, since, this.now())) / 1000
  }

  /** Milliseconds by which this host's loop may have heard of it later since then. */
  blocked(since: number): number {
    const now = this.now()
    const present = Math.max(0, now - this.#due) // the timer itself may still be waiting
    return TURNS_OF_THE_LOOP * Math.max(present, worstOf(this.#loop, since, now) / 1000)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#sleeper.terminate()
  }

  #turned(): void {
    const now = this.now()
    const span = Math.floor(now / SPAN)
    const at = (span % SPANS) * 2
    this.#loop[at] = span
    this.#loop[at + 1] = Math.max(0, Math.round((now - this.#due) * 1000))
    this.#due = now + SPAN
  }
}
