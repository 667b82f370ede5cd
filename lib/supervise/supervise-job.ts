// Stage: one job over a seat, from Start to the proof that nothing of it is left. The keeper judges time and order;
// this stage only carries messages and collects what is known.
import type { Seat, SeatEnd, SeatListener } from '../launch/seat.js'
import { hostCause, type NativeKeeper, type NativeLimits } from '../native.js'
import { decode, type Encoded } from '../transport/index.js'
import { messageType, type Threw, type TooLarge, type Unserializable, type Unsettled } from '../transport/messages.js'
import { whenAborted } from '../when-aborted.js'
import type { Reply } from './evidence.js'
import type { Observed } from './observed.js'

export interface Job {
  readonly message: Encoded // the Job message
  readonly limits: NativeLimits
  readonly resultSize: number // bytes; Infinity = any
  readonly signal?: AbortSignal | undefined
  readonly onReport?: ((value: unknown) => void) | undefined
  readonly capture: { readonly stdout: boolean; readonly stderr: boolean }
}

/** Runs one job on a seat. Resolves when the keeper has reported and nothing of the job is left; never rejects. */
export function superviseJob(seat: Seat, job: Job): Promise<Observed> {
  return new Promise((resolve) => {
    const supervision = new Supervision(seat.keeper, job, resolve)
    seat.occupy(supervision)
    supervision.start()
  })
}

const tokens = new BigUint64Array(64)
let nextToken = tokens.length

/** A random number that names one job: a worker cannot guess the next job's. */
export function jobToken(): bigint {
  if (nextToken === tokens.length) {
    // Not imported: loading node:crypto costs a command, which needs no token, a tenth of Node's own start-up.
    process.getBuiltinModule('node:crypto').randomFillSync(tokens)
    nextToken = 0
  }
  return tokens[nextToken++] as bigint
}

class Supervision implements SeatListener {
  readonly #keeper: NativeKeeper
  readonly #job: Job
  readonly #resolve: (observed: Observed) => void
  readonly #token = jobToken()
  readonly #onAbort = () => this.#keeper.stop(hostCause.aborted, false)
  #unfollow = () => {}
  #reply: Reply | undefined
  #lost: string | undefined
  #sent = false

  constructor(keeper: NativeKeeper, job: Job, resolve: (observed: Observed) => void) {
    this.#keeper = keeper
    this.#job = job
    this.#resolve = resolve
  }

  /** Start goes first: the keeper then knows the limits when the worker's Begin arrives. */
  start(): void {
    const { message, limits, signal } = this.#job
    this.#unfollow = whenAborted(signal, this.#onAbort)
    try {
      this.#sent =
        this.#keeper.start(this.#token, limits) && this.#keeper.send(messageType.job, this.#token, message.main, message.segments)
      if (signal?.aborted) this.#onAbort()
    } catch (error) {
      this.garbage(String(error))
    }
  }

  message(type: number, token: bigint, main: Uint8Array, segments: readonly ArrayBuffer[]): void {
    if (token !== this.#token) return // what an earlier worker of this keeper left in the channel
    try {
      if (type === messageType.progress) this.#progress(decode(main, segments))
      else this.#reply ??= this.#read(type, main, segments)
    } catch (error) {
      this.garbage(String(error))
    }
  }

  garbage(reason: string): void {
    if (this.#lost !== undefined) return
    this.#lost = reason
    this.#keeper.stop(hostCause.lost, true)
  }

  ended(end: SeatEnd): void {
    const { capture } = this.#job
    this.#unfollow()
    this.#resolve({
      ...end,
      unread: !this.#sent || end.unread,
      reply: this.#reply,
      garbage: this.#lost,
      stdout: capture.stdout ? this.#keeper.captured(1) : undefined,
      stderr: capture.stderr ? this.#keeper.captured(2) : undefined,
    })
  }

  #read(type: number, main: Uint8Array, segments: readonly ArrayBuffer[]): Reply {
    if (sizeOf(main, segments) > this.#job.resultSize + ENVELOPE) throw new Error('a value larger than resultSize')
    const read = READERS[type]
    if (read === undefined) throw new Error(`unknown message ${type}`)
    return read(decode(main, segments))
  }

  /** A handler of the user's that throws is the user's business: it must not end the job or be lost. */
  #progress(value: unknown): void {
    const { onReport } = this.#job
    if (onReport === undefined || this.#reply !== undefined) return
    try {
      onReport(value)
    } catch (error) {
      process.nextTick(() => {
        throw error
      })
    }
  }
}

/** What a frame may hold beside the value itself. */
const ENVELOPE = 64 * 1024

function sizeOf(main: Uint8Array, segments: readonly ArrayBuffer[]): number {
  let size = main.byteLength
  for (const segment of segments) size += segment.byteLength
  return size
}

/** How each message that ends a job reads; fields of a hostile worker are coerced, never trusted. */
const READERS: Readonly<Record<number, (payload: unknown) => Reply>> = {
  [messageType.returned]: (value) => ({ type: 'returned', value }),
  [messageType.threw]: reader<Threw>(({ error, memory }) => ({ type: 'threw', error, memory: memory === true })),
  [messageType.unserializable]: reader<Unserializable>(({ path, what }) => ({
    type: 'unserializable',
    path: String(path),
    what: String(what),
  })),
  [messageType.tooLarge]: reader<TooLarge>(({ size }) => ({ type: 'too-large', size: Number(size) })),
  [messageType.unsettled]: reader<Unsettled>(({ where }) => ({ type: 'unsettled', where: String(where) })),
}

function reader<T>(read: (payload: T) => Reply): (payload: unknown) => Reply {
  return (payload) => read(payload as T)
}
