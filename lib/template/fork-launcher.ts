// Seats for isolation 'fork': a template has loaded the user's module, keepers are forked from it, as many as jobs may run at
// once, and each parks a worker ahead. The template stays until close(); keepers without work go after a while.
import { availableParallelism, constants } from 'node:os'
import { ExecSeat } from '../launch/exec-seat.js'
import { BootError, type Launcher, type Seat } from '../launch/seat.js'
import type { NativeAddon, NativePlan } from '../native.js'
import { encode } from '../transport/index.js'
import { type Boot, messageType, type Ready } from '../transport/messages.js'
import { ForkedKeeper, type KeeperOwner } from './forked-keeper.js'
import { Unfit } from './unfit.js'

export interface ForkLauncherOptions {
  readonly addon: NativeAddon
  /** Of a template; made anew for each. */
  readonly plan: () => NativePlan
  readonly boot: Boot
  /** Jobs at once. */
  readonly concurrency: number
}

// What rests for so long is closed: keepers, all but one; and with the template itself everything. A set that was called once
// has shown no need for a template yet.
const keeperRestMs = 5_000
const templateRestMs = 30_000
const onceRestMs = 1_000
const lookMs = 1_000

const { EPIPE, EBADF } = constants.errno

export class ForkLauncher implements Launcher {
  readonly isolation = 'fork'
  readonly #options: ForkLauncherOptions
  readonly #bootBytes: ReturnType<typeof encode>
  #generation: Generation | undefined
  readonly #living = new Set<Generation>() // with those whose template has died and whose last process has not
  #closed = false

  constructor(options: ForkLauncherOptions) {
    this.#options = options
    this.#bootBytes = encode({ ...options.boot, template: true })
  }

  get idle(): number {
    return this.#generation?.idle ?? 0
  }

  /** Rejects with Unfit when the module must not be forked. */
  async ready(): Promise<Ready> {
    const generation = await this.#booted()
    generation.forkAhead()
    return generation.info
  }

  /** Rejects with Unfit when the module must not be forked. */
  async acquire(signal?: AbortSignal): Promise<Seat> {
    const generation = await this.#booted(signal)
    const seat = generation.take()
    if (seat !== undefined) return seat
    const next = await this.#booted(signal) // the template has just died
    return next.take() ?? next.dead()
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#living].map((generation) => generation.close()))
  }

  /** A template that serves. One that is killed while it boots is replaced once: the module may have nothing to do with it. */
  async #booted(signal?: AbortSignal): Promise<Generation> {
    const first = this.#serving()
    if (first.serves) return first
    try {
      await first.ready(signal)
      return first
    } catch (error) {
      if (this.#closed || !wasKilled(error)) throw error
    }
    const second = this.#serving()
    await second.ready(signal)
    return second
  }

  /** The template at work, or a new one when it has died. */
  #serving(): Generation {
    if (this.#generation?.usable !== true && !this.#closed) this.#generation = this.#launch()
    if (this.#generation === undefined) throw new Error('the launcher is closed')
    return this.#generation
  }

  #launch(): Generation {
    const { addon, concurrency } = this.#options
    const plan = this.#options.plan()
    const ended = () => {
      generation.end()
      this.#living.delete(generation)
    }
    const generation: Generation = new Generation(new ExecSeat(addon, plan, ended), plan, concurrency)
    this.#living.add(generation)
    generation.template.keeper.send(messageType.boot, 0n, this.#bootBytes.main, this.#bootBytes.segments)
    return generation
  }
}

/** By SIGKILL, or its keeper was; not by a limit. */
function wasKilled(error: unknown): boolean {
  if (!(error instanceof BootError) || error.failure.type !== 'died') return false
  const { report } = error.failure
  return report === undefined || (report.signal === constants.signals.SIGKILL && report.causes.length === 0)
}

/** One template with all that was forked from it. */
class Generation implements KeeperOwner {
  readonly template: ExecSeat
  over = false
  serves = false
  hasForked = false
  readonly #plan: NativePlan
  readonly #concurrency: number
  readonly #all = new Set<ForkedKeeper>()
  readonly #idle: ForkedKeeper[] = [] // the one that has rested longest first: its next worker is parked by now
  #looking: NodeJS.Timeout | undefined
  #taken = 0
  #usedAt = 0 // performance.now()
  #aheadPlanned = false

  constructor(template: ExecSeat, plan: NativePlan, concurrency: number) {
    this.template = template
    this.#plan = plan
    this.#concurrency = concurrency
  }

  get info(): Ready {
    return this.template.info
  }

  get idle(): number {
    return this.#idle.length
  }

  /** False as soon as the template's end of the channel is closed: all that it forked ends then. */
  get usable(): boolean {
    return !this.over && this.template.keeper.usable()
  }

  async ready(signal?: AbortSignal): Promise<void> {
    const { unfit } = await this.template.ready(signal)
    if (unfit !== undefined) throw new Unfit(unfit)
    this.serves = true
  }

  /** Undefined when the template is found dead. */
  take(): Seat | undefined {
    this.#taken++
    this.#usedAt = performance.now()
    this.#looking ??= setInterval(() => this.#look(), lookMs).unref()
    const keeper = this.#idle.shift() ?? this.#fork()
    if (keeper === undefined) return undefined
    if (!this.#aheadPlanned) {
      this.#aheadPlanned = true
      setImmediate(() => this.forkAhead()) // after the job that waits has left
    }
    return keeper
  }

  /** Keepers for calls to come: as many as can really run at once. */
  forkAhead(): void {
    this.#aheadPlanned = true
    const wanted = Math.min(this.#concurrency, availableParallelism())
    try {
      while (!this.over && this.#lasting < wanted) this.#fork()?.release()
    } catch {
      // The next call forks its own and tells what went wrong.
    }
  }

  get #lasting(): number {
    let count = 0
    for (const { once } of this.#all) if (!once) count++
    return count
  }

  free(keeper: ForkedKeeper): void {
    this.#idle.push(keeper)
    this.#usedAt = performance.now()
    this.#looking ??= setInterval(() => this.#look(), lookMs).unref()
  }

  lost(keeper: ForkedKeeper): void {
    this.#all.delete(keeper)
    const at = this.#idle.indexOf(keeper)
    if (at >= 0) this.#idle.splice(at, 1)
  }

  /** The template is gone, and with it all that it forked. */
  end(): void {
    this.over = true
    clearInterval(this.#looking)
  }

  async close(): Promise<void> {
    this.end()
    for (const keeper of this.#idle.splice(0)) keeper.close()
    await this.template.release()
  }

  dead(): never {
    throw new BootError({ type: 'died', report: undefined, keeperStatus: undefined })
  }

  #fork(): ForkedKeeper | undefined {
    try {
      const keeper = new ForkedKeeper(this.template.keeper, this.#plan, this)
      this.hasForked = true
      this.#all.add(keeper)
      return keeper
    } catch (error) {
      const { step, errno } = error as { step?: number; errno?: number }
      if (step === undefined || errno === undefined) throw error
      this.over = errno === EPIPE || errno === EBADF
      if (this.over) return undefined
      throw new BootError({ type: 'launch', step, errno })
    }
  }

  /** Closes what has rested long enough. */
  #look(): void {
    const now = performance.now()
    const templateRest = this.#taken > 1 ? templateRestMs : onceRestMs
    if (this.#idle.length === this.#all.size && now - this.#usedAt >= templateRest) return void this.close()
    for (let [first] = this.#idle; first !== undefined && this.#idle.length > 1; [first] = this.#idle) {
      if (now - first.idleSince < keeperRestMs) return
      this.#aheadPlanned = false
      this.lost(first)
      first.close()
    }
  }
}
