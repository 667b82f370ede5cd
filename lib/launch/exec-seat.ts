// One keeper with one exec'ed worker: boots, takes one job, ends.
import {
  hostCause,
  type NativeAddon,
  type NativeEvents,
  type NativeKeeper,
  type NativePlan,
  type NativeReport,
} from '../native.js'
import { decode } from '../transport/index.js'
import { type BootFailed, messageType, type Ready } from '../transport/messages.js'
import { whenAborted } from '../when-aborted.js'
import { deferred } from './deferred.js'
import { clearLeftBehind } from './left-behind.js'
import { BootError, type Seat, type SeatListener } from './seat.js'

export class ExecSeat implements Seat {
  readonly keeper: NativeKeeper
  readonly #booting = deferred<Ready>()
  readonly #gone = deferred<void>()
  readonly #onGone: () => void
  #listener: SeatListener | undefined
  #report: NativeReport | undefined
  #pid: number | undefined
  #waiting = 0
  #info: Ready | undefined

  constructor(addon: NativeAddon, plan: NativePlan, onGone: () => void) {
    this.#onGone = onGone
    this.#booting.promise.catch(() => {}) // a spare that nobody waits for may fail: the next acquire() tells
    this.keeper = launch(addon, plan, {
      launched: (pid) => {
        this.#pid = pid
      },
      message: (type, token, main, segments) => this.#heard(type, token, main, segments),
      garbage: (reason) => this.#garbage(reason),
      report: (report) => {
        this.#report = report
      },
      gone: (status) => {
        if (this.#report !== undefined) return this.#ended(status)
        void clearLeftBehind(plan.cgroups, this.#pid).then(() => this.#ended(status)) // its keeper was killed
      },
    })
    this.keeper.unref()
  }

  get booted(): boolean {
    return this.#info !== undefined
  }

  get info(): Ready {
    if (this.#info === undefined) throw new Error('the worker has not booted')
    return this.#info
  }

  /** Resolves when the worker has imported the user's module. Rejects with BootError or the signal's reason. */
  async ready(signal?: AbortSignal): Promise<Ready> {
    signal?.throwIfAborted()
    const abort = deferred<never>()
    const unfollow = whenAborted(signal, () => abort.reject(signal?.reason))
    if (this.#waiting++ === 0) this.keeper.ref()
    try {
      return await Promise.race([this.#booting.promise, abort.promise])
    } finally {
      unfollow()
      if (--this.#waiting === 0) this.keeper.unref()
    }
  }

  occupy(listener: SeatListener): void {
    this.#listener = listener
    this.keeper.ref()
  }

  /** Ends the worker that had no job. Resolves when its keeper has been reaped. */
  async release(): Promise<void> {
    this.keeper.ref()
    this.#end()
    await this.#gone.promise
  }

  #heard(type: number, token: bigint, main: Uint8Array, segments: readonly ArrayBuffer[]): void {
    if (this.#listener !== undefined) this.#listener.message(type, token, main, segments)
    else if (type === messageType.ready) this.#onReady(main, segments)
    else if (type === messageType.bootFailed) this.#onBootFailed(main, segments)
    else this.#garbage(`message ${type} before a job`)
  }

  #onReady(main: Uint8Array, segments: readonly ArrayBuffer[]): void {
    try {
      this.#info = readReady(decode(main, segments))
      this.#booting.resolve(this.#info)
    } catch (error) {
      this.#garbage(String(error))
    }
  }

  #onBootFailed(main: Uint8Array, segments: readonly ArrayBuffer[]): void {
    try {
      const { error } = decode(main, segments) as BootFailed
      this.#booting.reject(new BootError({ type: 'import', error }))
    } catch (error) {
      this.#garbage(String(error))
    }
    this.#end()
  }

  #garbage(reason: string): void {
    if (this.#listener !== undefined) this.#listener.garbage(reason)
    else this.#end()
  }

  /** By order, not by close(): `gone` must still come, and the keeper be reaped. */
  #end(): void {
    this.keeper.stop(hostCause.aborted, true)
  }

  #ended(status: number): void {
    this.#onGone()
    this.#booting.reject(new BootError({ type: 'died', report: this.#report, keeperStatus: status }))
    const left = this.#report === undefined ? { unread: this.keeper.unread() } : { report: this.#report }
    this.#listener?.ended({ ...left, keeperStatus: status })
    this.#gone.resolve()
  }
}

/** Checks what the worker says of the module: the user's code has run there already. */
function readReady(payload: unknown): Ready {
  const { exports, unfit } = payload as Ready
  if (!Array.isArray(exports)) throw new Error('malformed exports')
  return {
    exports: exports.map(({ name, callable }) => ({ name: String(name), callable: callable === true })),
    ...(unfit !== undefined && { unfit: String(unfit) }),
  }
}

/** Starts a keeper; a launch that the kernel refused becomes a BootError. */
function launch(addon: NativeAddon, plan: NativePlan, events: NativeEvents): NativeKeeper {
  try {
    return addon.launch(plan, events)
  } catch (error) {
    const { step, errno } = error as { step?: number; errno?: number }
    if (step === undefined || errno === undefined) throw error
    throw new BootError({ type: 'launch', step, errno })
  }
}
