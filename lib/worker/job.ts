// One job: calls the function under the probe's limits and sends the one message that tells how it ended.
//
// The job may have replaced any global by the time it ends, and must not be able to change what is told: everything used
// after it began is taken before (`await` uses the language's own promises whatever the globals say).
import type { NativeWorker } from '../native.js'
import type { Job } from '../transport/index.js'
import type { Outbox } from './outbox.js'

const { apply } = Reflect

type Callable = (...args: unknown[]) => unknown
/** Something that has to happen between the function's end and the last message. */
type Closing = () => void

export class JobRun {
  readonly limits: Job['limits']
  readonly #native: NativeWorker
  readonly #outbox: Outbox
  readonly #closing: Closing
  #stopped = false

  constructor(native: NativeWorker, outbox: Outbox, limits: Job['limits'], closing: Closing) {
    this.#native = native
    this.#outbox = outbox
    this.#closing = closing
    this.limits = limits
  }

  /** The function ends the job with what it returns, its promise resolves to, or it throws. */
  async perform(token: bigint, job: Job, fn: Callable): Promise<void> {
    const { args, limits, resultSize } = job
    const native = this.#native
    native.hold(false) // a loop that runs dry while the promise is pending ends the job: see unsettled()
    const stintCall = () => apply(fn, undefined, args) // the probe cuts the stack in `where` off at this name
    try {
      const { terminated, value } = native.run(token, limits, resultSize, stintCall)
      if (terminated) return this.stopped() // what is left is the grace of those who listen, then the keeper's SIGKILL
      this.returned(await value)
    } catch (error) {
      this.threw(error)
    }
  }

  returned(value: unknown): never {
    this.#native.sending()
    this.#outbox.drain()
    this.#outbox.returned(value)
    return this.#end()
  }

  threw(error: unknown): never {
    this.#native.sending()
    this.#outbox.drain()
    this.#outbox.threw(error)
    return this.#end()
  }

  /**
   * The loop ran dry, so the promise can settle no more: but for a function that waits for its limit, and after the soft stop, when
   * a handler may still be in its last step.
   */
  unsettled(where: string, listens: boolean): void {
    const waits = listens && this.limits.wallNs >= 0 && this.limits.graceNs > 0
    if (this.#stopped || waits) return this.#native.hold(true)
    this.#native.sending()
    this.#outbox.send('unsettled', { where })
    this.#end()
  }

  /** The soft stop has been delivered: the process now lives until it sends something or is killed. */
  stopped(): void {
    this.#stopped = true
    this.#native.hold(true)
  }

  #end(): never {
    this.#closing()
    return this.#native.done()
  }
}
