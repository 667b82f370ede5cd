// Seats for isolation 'exec': every worker is a fresh Node under its own keeper, used once. One booted spare is kept
// ahead, so that a call does not wait for Node's boot.
import type { NativeAddon, NativePlan } from '../native.js'
import { encode } from '../transport/index.js'
import { type Boot, messageType, type Ready } from '../transport/messages.js'
import { ExecSeat } from './exec-seat.js'
import type { Launcher, Seat } from './seat.js'

export interface ExecLauncherOptions {
  readonly addon: NativeAddon
  /** Made anew for every worker, since the host's environment may change. */
  readonly plan: () => NativePlan
  readonly boot: Boot
  readonly isolationNote?: string | undefined
}

/** A spare that nobody asks for ends: it holds some 40 MB, and a host may have many function sets. */
const IDLE_MS = 30_000

interface Parked {
  readonly seat: ExecSeat
  /** What the worker inherited from the host when it was started. */
  readonly heritage: string
  readonly expiry: NodeJS.Timeout
}

export class ExecLauncher implements Launcher {
  readonly isolation = 'exec'
  readonly isolationNote: string | undefined
  readonly #options: ExecLauncherOptions
  readonly #bootBytes: ReturnType<typeof encode>
  readonly #parked = new Set<Parked>() // booted or booting, not handed out
  #closed = false

  constructor(options: ExecLauncherOptions) {
    this.#options = options
    this.isolationNote = options.isolationNote
    this.#bootBytes = encode(options.boot)
  }

  get idle(): number {
    let count = 0
    for (const { seat } of this.#parked) if (seat.booted) count++
    return count
  }

  async ready(): Promise<Ready> {
    return this.#spare().seat.ready()
  }

  async acquire(signal?: AbortSignal): Promise<Seat> {
    const first = await this.#booted(signal)
    const seat = first.keeper.usable() ? first : await this.#booted(signal) // a spare that rested was killed
    if (seat !== first) void first.release()
    this.#refill()
    return seat
  }

  async #booted(signal: AbortSignal | undefined): Promise<ExecSeat> {
    const { seat } = this.#take(this.#spare())
    try {
      await seat.ready(signal)
      return seat
    } catch (error) {
      await seat.release()
      throw error
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#parked].map((parked) => this.#take(parked).seat.release()))
  }

  /** The parked worker, unless the host's environment or working directory has changed since it was started. */
  #spare(): Parked {
    const plan = this.#options.plan()
    const heritage = heritageOf(plan)
    for (const parked of this.#parked) {
      if (parked.heritage === heritage) return parked
      this.#take(parked).seat.release()
    }
    return this.#launch(plan, heritage)
  }

  #take(parked: Parked): Parked {
    clearTimeout(parked.expiry)
    this.#parked.delete(parked)
    return parked
  }

  /** Only once the taken seat has booted, so that the spare's boot never slows down the call that waits. */
  #refill(): void {
    if (this.#closed || this.#parked.size > 0) return
    try {
      this.#spare()
    } catch {
      // No spare: the next call launches its own worker and tells what went wrong.
    }
  }

  #launch(plan: NativePlan, heritage: string): Parked {
    const seat = new ExecSeat(this.#options.addon, plan, () => this.#take(parked))
    const expiry = setTimeout(() => this.#take(parked).seat.release(), IDLE_MS).unref()
    const parked: Parked = { seat, heritage, expiry }
    this.#parked.add(parked)
    seat.keeper.send(messageType.boot, 0n, this.#bootBytes.main, this.#bootBytes.segments)
    return parked
  }
}

function heritageOf(plan: NativePlan): string {
  return `${plan.cwd === '' ? process.cwd() : plan.cwd}\0${plan.env}`
}
