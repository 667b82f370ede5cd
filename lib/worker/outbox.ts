// The worker's messages to the host.
import type { NativeWorker } from '../native.js'
import { type Encoded, encode, type MessageName, messageType, type Payloads, UnserializableError } from '../transport/index.js'
import { isAllocationError } from './allocation-error.js'

export class Outbox {
  readonly #native: NativeWorker
  #token = 0n
  #waiting: Encoded | undefined // the newest progress value that found the channel full
  resultSize = -1

  constructor(native: NativeWorker) {
    this.#native = native
  }

  /** From now on every message belongs to this job. */
  begin(token: bigint, resultSize: number): void {
    this.#token = token
    this.resultSize = resultSize
  }

  send<N extends MessageName>(name: N, payload: Payloads[N]): void {
    this.#transmit(name, encode(payload))
  }

  /** The function's value, or why it cannot be sent. */
  returned(value: unknown): void {
    let encoded: Encoded
    try {
      encoded = encode(value)
    } catch (error) {
      if (!(error instanceof UnserializableError)) return this.threw(error)
      return this.send('unserializable', { path: error.path, what: error.what })
    }
    this.#result('returned', encoded)
  }

  threw(error: unknown): void {
    const memory = this.#native.refused() && isAllocationError(error)
    try {
      this.#result('threw', encode({ error, memory }, 'error'))
    } catch (failure) {
      const { path, what } =
        failure instanceof UnserializableError ? failure : { path: 'error', what: 'too large for this process' }
      this.send('unserializable', { path, what })
    }
  }

  /** The newest value wins: while the host has not read enough, older ones are dropped. */
  progress(value: unknown): void {
    this.#waiting = encode(value, 'report')
    if (this.#native.roomy()) this.drain()
  }

  /** Sends what waits, even if that takes until the host reads: before the end of a job, when its result would wait as long. */
  drain(): void {
    const encoded = this.#waiting
    this.#waiting = undefined
    if (encoded !== undefined) this.#transmit('progress', encoded)
  }

  #result(name: 'returned' | 'threw', encoded: Encoded): void {
    if (this.resultSize >= 0 && encoded.size > this.resultSize) this.send('tooLarge', { size: encoded.size })
    else this.#transmit(name, encoded)
  }

  #transmit(name: MessageName, { main, segments }: Encoded): void {
    this.#native.send(messageType[name], this.#token, main, segments)
  }
}
