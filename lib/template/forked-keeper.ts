// One keeper forked from a template: takes one job after another, each in a fresh worker that is parked ahead.
import type { Seat, SeatListener } from '../launch/seat.js'
import type { NativeForkPlan, NativeKeeper, NativeReport } from '../native.js'
import type { Ready } from '../transport/messages.js'

export interface KeeperOwner {
  readonly info: Ready
  /** Its first keeper takes one job: the template puts off until then what makes later workers quicker. */
  readonly hasForked: boolean
  /** It can take the next job. */
  free(keeper: ForkedKeeper): void
  /** It takes no further job. */
  lost(keeper: ForkedKeeper): void
}

export class ForkedKeeper implements Seat {
  readonly keeper: NativeKeeper
  /** It takes one job. */
  readonly once: boolean
  /** performance.now() of its last job's end. */
  idleSince = 0
  readonly #owner: KeeperOwner
  #listener: SeatListener | undefined

  /** @throws Error with `errno` when the template is gone */
  constructor(template: NativeKeeper, plan: NativeForkPlan, owner: KeeperOwner) {
    this.#owner = owner
    this.once = !owner.hasForked
    this.keeper = template.fork(plan, {
      launched: () => {},
      message: (type, token, main, segments) => this.#listener?.message(type, token, main, segments),
      garbage: (reason) => this.#garbage(reason),
      report: (report) => this.#reported(report),
      gone: () => this.#gone(),
    })
    this.keeper.unref()
  }

  get info(): Ready {
    return this.#owner.info
  }

  occupy(listener: SeatListener): void {
    this.#listener = listener
    this.keeper.ref()
  }

  /** Gives the seat back unused. */
  release(): void {
    this.#rest()
  }

  /** Ends the keeper and its parked worker. */
  close(): void {
    this.keeper.close()
  }

  #reported(report: NativeReport): void {
    const listener = this.#listener
    if (listener === undefined) return // a parked worker died; its keeper has made another
    this.#listener = undefined
    this.keeper.unref()
    // A job that never began may have left its message in the channel; one that closed the channel leaves none to use.
    if (report.began && this.keeper.usable() && !this.once) this.#rest()
    else this.#discard()
    listener.ended({ report })
  }

  #garbage(reason: string): void {
    if (this.#listener !== undefined) this.#listener.garbage(reason)
    else this.#discard()
  }

  #gone(): void {
    const listener = this.#listener
    this.#listener = undefined
    this.#owner.lost(this)
    const unread = this.keeper.unread() // asked without a job, too: that closes the channel
    listener?.ended({ unread })
  }

  #rest(): void {
    this.idleSince = performance.now()
    this.#owner.free(this)
  }

  #discard(): void {
    this.#owner.lost(this)
    this.keeper.close()
  }
}
