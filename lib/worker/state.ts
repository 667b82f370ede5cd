// What 'stint/worker' shows to the job. It is found through a registered symbol, so that any copy of stint in this process
// (a bundle, a second installed version) sees the same state.
import type { LimitError, limitErrors } from '../errors.js'
import type { NativeLimits, NativeWorker } from '../native.js'
import { watchUse } from './watch-use.js'

/** The classes of LimitError: whoever imports 'stint/worker' brings them, so that booting a worker does not. */
export type LimitErrors = typeof limitErrors
export type LimitCallback = (error: LimitError) => void | Promise<void>

/** The part of the state that every version of stint must be able to read. */
export interface WorkerState {
  /** True while the user's module is being imported. */
  readonly importing: boolean
  readonly limitSignal: AbortSignal
  onLimit(callback: LimitCallback): () => void
  report(value: unknown): void
  useErrors(classes: LimitErrors): void
}

export const stateKey = Symbol.for('stint.worker')

/** Kinds by number of cause (native/support/wire.h), with the limit that each is about. */
const kinds: Readonly<Record<number, { kind: keyof LimitErrors; limit?: keyof NativeLimits; text: string }>> = {
  1: { kind: 'Timeout', limit: 'wallNs', text: 'wallTime' },
  2: { kind: 'CpuTimeout', limit: 'cpuNs', text: 'cpuTime' },
  3: { kind: 'CpuTimeout', limit: 'cpuNs', text: 'cpuTime' },
  4: { kind: 'Memorylimit', limit: 'memory', text: 'memory' },
  7: { kind: 'Memorylimit', limit: 'memory', text: 'memory' },
  8: { kind: 'Memorylimit', limit: 'memory', text: 'memory' },
  10: { kind: 'Subprocess', limit: 'processes', text: 'processes' },
}

export class Listeners implements WorkerState {
  importing = false
  reporter: ((value: unknown) => void) | undefined
  #native: NativeWorker | undefined
  #controller: AbortController | undefined
  #signalUsed = false
  readonly #callbacks = new Set<LimitCallback>()
  #classes: LimitErrors | undefined
  #error: LimitError | undefined

  /** From now on the keeper is told whether somebody listens. */
  attach(native: NativeWorker): void {
    this.#native = native
    if (this.listens) native.listening(true)
  }

  get limitSignal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      watchUse(this.#controller.signal, () => this.#use())
      if (this.#error !== undefined) this.#controller.abort(this.#error)
    }
    return this.#controller.signal
  }

  onLimit(callback: LimitCallback): () => void {
    const own: LimitCallback = (error) => callback(error) // the same function registered twice is called twice
    const before = this.listens
    this.#callbacks.add(own)
    if (!before) this.#native?.listening(true)
    if (this.#error !== undefined) void call(own, this.#error)
    return () => {
      if (this.#callbacks.delete(own) && !this.listens) this.#native?.listening(false)
    }
  }

  report(value: unknown): void {
    this.reporter?.(value)
  }

  useErrors(classes: LimitErrors): void {
    this.#classes ??= classes
  }

  /** Delivers the soft stop. Resolves when every handler is done; never rejects. */
  async stop(cause: number, limits: NativeLimits): Promise<void> {
    if (this.#error !== undefined || this.#classes === undefined) return
    const error = makeError(this.#classes, cause, limits)
    this.#error = error
    const running = [...this.#callbacks].map((callback) => call(callback, error))
    this.#controller?.abort(error)
    for (const handler of running) await handler
  }

  /** Whether limitSignal or onLimit is in use. */
  get listens(): boolean {
    return this.#signalUsed || this.#callbacks.size > 0
  }

  #use(): void {
    const before = this.listens
    this.#signalUsed = true
    if (!before) this.#native?.listening(true)
  }
}

/** A handler's own errors change nothing about how the job ends. */
async function call(callback: LimitCallback, error: LimitError): Promise<void> {
  try {
    await callback(error)
  } catch {
    // told nowhere: the limit is what the caller hears of
  }
}

function makeError(classes: LimitErrors, cause: number, limits: NativeLimits): LimitError {
  const { kind, limit, text } = kinds[cause] ?? { kind: 'Anything', text: '' }
  const message =
    limit === undefined ? 'The job was aborted' : `The job reached its limit ${text} (${inForce(limits[limit], limit)})`
  return new classes[kind](message)
}

function inForce(value: number, limit: keyof NativeLimits): string {
  if (limit.endsWith('Ns')) return `${value / 1e6} ms`
  return limit === 'memory' ? `${value} bytes` : `${value}`
}
