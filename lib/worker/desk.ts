// Where a worker's messages from the host arrive, and its job is started.
import type { NativeWorker } from '../native.js'
import { type Boot, decode, type Job, messageType } from '../transport/index.js'
import { JobRun } from './job.js'
import type { Exports } from './load.js'
import { Outbox } from './outbox.js'

export interface DeskEvents {
  boot(message: Boot): void
  /** Something that has to happen between a job's end and its last message. */
  closing(): void
}

export class Desk {
  readonly outbox: Outbox
  exports: Exports = {}
  job: JobRun | undefined
  readonly #native: NativeWorker
  readonly #events: DeskEvents

  constructor(native: NativeWorker, events: DeskEvents) {
    this.#native = native
    this.#events = events
    this.outbox = new Outbox(native)
  }

  receive(type: number, token: bigint, main: Uint8Array, segments: readonly ArrayBuffer[]): void {
    const payload = decode(main, segments)
    if (type === messageType.boot) this.#events.boot(payload as Boot)
    else if (type === messageType.job) this.#start(token, payload as Job)
  }

  #start(token: bigint, message: Job): void {
    this.outbox.begin(token, message.resultSize)
    this.job = new JobRun(this.#native, this.outbox, message.limits, this.#events.closing)
    void this.job.perform(token, message, this.exports[message.name] as (...args: unknown[]) => unknown)
  }
}
