// Waiting with a deadline: tests poll for what they expect and put an upper bound on every ending.
import { setTimeout as delay } from 'node:timers/promises'

/** How late an ending may be on a machine with loaded cores. Truth is exact, lateness is measured by the bench. */
export const SLACK = 4_000

/**
 * Resolves with the first value of `check` that is neither false, null nor undefined, asked every few milliseconds.
 * @throws Error naming `what` when `milliseconds` have passed
 */
export async function until<T>(what: string, check: () => T | Promise<T>, milliseconds = 5_000): Promise<NonNullable<T>> {
  const deadline = performance.now() + milliseconds
  for (;;) {
    const value = await check()
    if (value !== false && value !== null && value !== undefined) return value
    if (performance.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${what}`)
    await delay(5)
  }
}

/** The promise's own fate, or an error naming `what` when it has none within `milliseconds`. */
export async function within<T>(milliseconds: number, promise: PromiseLike<T>, what = 'an ending'): Promise<T> {
  const late = new AbortController()
  const deadline = delay(milliseconds, undefined, { signal: late.signal }).then(() => {
    throw new Error(`not within ${milliseconds} ms: ${what}`)
  })
  deadline.catch(() => undefined) // an aborted timer rejects; the race is over by then
  try {
    return await Promise.race([promise, deadline])
  } finally {
    late.abort()
  }
}

/** Runs `work` while this thread does nothing else for `milliseconds`: the event loop is blocked, timers cannot fire. */
export function blockLoop(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

/**
 * The promise within the time that any run of these tests may take; what a test expects of time it says itself. An
 * outcome must be in hand soon after the end that it tells.
 */
export async function ending<T>(promise: PromiseLike<T>): Promise<T> {
  const asked = performance.now()
  const told = await within(30_000, promise, 'the outcome')
  if (isOutcome(told)) {
    const late = performance.now() - asked - told.queueTime - told.wallTime
    if (late > SLACK) throw new Error(`in hand ${late} ms after its end: ${JSON.stringify(told)}`)
  }
  return told
}

function isOutcome(told: unknown): told is { readonly queueTime: number; readonly wallTime: number } {
  return typeof told === 'object' && told !== null && 'queueTime' in told && 'wallTime' in told
}
