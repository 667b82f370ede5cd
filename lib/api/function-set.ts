// A function set: one module or one source function, with its launchers, its queue and its life. Every view of it
// (`with()`) shares them, unless it changes what a worker is born with.
import { availableParallelism } from 'node:os'
import { StintError } from '../errors.js'
import type { Launcher } from '../launch/seat.js'
import { type ParsedFunctionOptions, parseFunctionOptions } from '../options/index.js'
import { resolveLimits } from '../plan/index.js'
import { Queue } from '../queue/queue.js'
import { bootKey, launcherFor, runFunction } from '../run.js'
import type { Boot, Ready } from '../transport/messages.js'
import type { FunctionOptions, Limited, Outcome, ResolvedLimits } from '../types.js'
import { wordBootError } from './boot-errors.js'
import { type Either, eitherSignal } from './either-signal.js'
import { checkExports } from './exports.js'
import { traced } from './tracing.js'
import { duringImport } from './worker-state.js'

/** One set of options over a function set. */
export interface View {
  readonly options: ParsedFunctionOptions
  readonly limits: ResolvedLimits
  readonly bootKey: string
}

export class FunctionSet {
  readonly #boot: Boot
  readonly #queue: Queue
  readonly #launchers = new Map<string, Launcher>()
  readonly #life = new AbortController()
  readonly #warned = new Set<string>()
  readonly #restAfter: number | undefined
  #rest: NodeJS.Timeout | undefined
  #completed = 0
  #closing: Promise<void> | undefined

  /** @param restAfter milliseconds without a job after which idle workers end; for sets that nobody can close */
  constructor(boot: Boot, options: ParsedFunctionOptions, restAfter?: number) {
    this.#restAfter = restAfter
    this.#boot = boot
    this.#queue = new Queue(options.concurrency ?? availableParallelism(), options.maxQueue)
  }

  view(options: ParsedFunctionOptions): View {
    return Object.freeze({ options, limits: resolveLimits(options.limits), bootKey: bootKey(options) })
  }

  derive(view: View, options: FunctionOptions): View {
    return this.view(parseFunctionOptions(options, view.options))
  }

  get stats(): Limited<[], unknown>['stats'] {
    let idleWorkers = 0
    for (const launcher of this.#launchers.values()) idleWorkers += launcher.idle
    return { running: this.#queue.running, queued: this.#queue.queued, completed: this.#completed, idleWorkers }
  }

  /** Boots what a first call needs. Rejects with StintError when the module or the export is no good. */
  async ready(view: View, name: string | undefined): Promise<void> {
    this.#assertOpen()
    try {
      const launcher = this.#launcher(view)
      const info = await launcher.ready()
      this.#tellNote(launcher, view.options)
      checkExports(info, name)
    } catch (error) {
      throw wordBootError(error)
    }
  }

  async run(view: View, name: string, args: readonly unknown[]): Promise<Outcome<unknown>> {
    this.#assertOpen()
    this.#assertRoom()
    const { options } = view
    const launcher = this.#launcher(view)
    const check = (info: Ready) => {
      this.#tellNote(launcher, options)
      checkExports(info, name)
    }
    const either = this.#signal(options.signal)
    const call = { options, launcher, queue: this.#queue, name, args, signal: either.signal, check }
    try {
      const outcome = await traced({ target: 'function', name: options.name ?? name, limits: view.limits }, () =>
        runFunction(call),
      )
      this.#completed++ // a job: a call that was refused before one started does not count
      return outcome
    } catch (error) {
      throw wordBootError(error)
    } finally {
      either.release()
      this.#planRest()
    }
  }

  /** Drains, or with `force` aborts, then ends the idle workers. Later calls give ERR_STINT_CLOSED. */
  close(force: boolean): Promise<void> {
    this.#closing ??= this.#close()
    if (force) this.#life.abort(new StintError('ERR_STINT_CLOSED', 'The limited function was closed with force.'))
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#queue.drained()
    await Promise.all([...this.#launchers.values()].map((launcher) => launcher.close()))
  }

  /** Idle workers of a set that nobody can close must end by themselves; the next call starts new ones. */
  #planRest(): void {
    if (this.#restAfter === undefined) return
    clearTimeout(this.#rest)
    this.#rest = setTimeout(() => this.#goToRest(), this.#restAfter).unref()
  }

  #goToRest(): void {
    if (this.#queue.running > 0) return
    for (const launcher of this.#launchers.values()) launcher.close()
    this.#launchers.clear()
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new StintError('ERR_STINT_CLOSED', 'This limited function has been closed.')
    if (duringImport()) {
      const message = 'A limited function was called while a worker imports the module that calls it; call it after the import.'
      throw new StintError('ERR_STINT_IMPORTING', message)
    }
  }

  #assertRoom(): void {
    if (!this.#queue.full) return
    const { queued } = this.#queue
    throw new StintError('ERR_STINT_QUEUE_FULL', `${queued} jobs are waiting, as many as maxQueue allows.`, {
      option: 'maxQueue',
      value: queued,
    })
  }

  #signal(own: AbortSignal | undefined): Either {
    const { signal } = this.#life
    return own === undefined ? { signal, release: () => {} } : eitherSignal(own, signal)
  }

  #launcher(view: View): Launcher {
    let launcher = this.#launchers.get(view.bootKey)
    if (launcher === undefined) {
      launcher = launcherFor(view.options, this.#boot)
      this.#launchers.set(view.bootKey, launcher)
    }
    return launcher
  }

  #tellNote({ isolationNote }: Launcher, { logger }: ParsedFunctionOptions): void {
    if (isolationNote === undefined || this.#warned.has(isolationNote)) return
    this.#warned.add(isolationNote)
    logger?.warn(`stint: isolation 'exec': ${isolationNote}`)
  }
}
