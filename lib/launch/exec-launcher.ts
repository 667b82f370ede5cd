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

export class ExecLauncher implements Launcher {
  readonly isolation = 'exec'
  readonly isolationNote: string | undefined
  readonly #options: ExecLauncherOptions
  readonly #bootBytes: ReturnType<typeof encode>
  readonly #parked = new Set<ExecSeat>() // booted or booting, not handed out
  #closed = false

  constructor(options: ExecLauncherOptions) {
    this.#options = options
    this.isolationNote = options.isolationNote
    this.#bootBytes = encode(options.boot)
  }

  get idle(): number {
    let count = 0
    for (const seat of this.#parked) if (seat.booted) count++
    return count
  }

  async ready(): Promise<Ready> {
    return this.#spare().ready()
  }

  async acquire(signal?: AbortSignal): Promise<Seat> {
    const seat = this.#spare()
    this.#parked.delete(seat)
    try {
      await seat.ready(signal)
    } catch (error) {
      await seat.release()
      throw error
    }
    this.#refill()
    return seat
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#parked].map((seat) => seat.release()))
  }

  #spare(): ExecSeat {
    for (const seat of this.#parked) return seat
    return this.#launch()
  }

  /** Only once the taken seat has booted, so that the spare's boot never slows down the call that waits. */
  #refill(): void {
    if (this.#closed || this.#parked.size > 0) return
    try {
      this.#launch()
    } catch {
      // No spare: the next call launches its own worker and tells what went wrong.
    }
  }

  #launch(): ExecSeat {
    const { addon, plan } = this.#options
    const seat: ExecSeat = new ExecSeat(addon, plan(), () => this.#parked.delete(seat))
    this.#parked.add(seat)
    seat.keeper.send(messageType.boot, 0n, this.#bootBytes.main, this.#bootBytes.segments)
    return seat
  }
}
