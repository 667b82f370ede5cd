// A seat is a keeper with a worker parked under it: the place where one job at a time can run. Launchers provide
// seats; the rest of the library does not know whether the worker was exec'ed or forked.
import type { NativeKeeper, NativeReport } from '../native.js'
import type { Ready } from '../transport/messages.js'

/** What a running job hears of its seat. */
export interface SeatListener {
  message(type: number, token: bigint, main: Uint8Array, segments: readonly ArrayBuffer[]): void
  garbage(reason: string): void
  /** The job is over and nothing of its tree is left. */
  ended(end: SeatEnd): void
}

/** What a seat knows once it has no more to say. */
export interface SeatEnd {
  /** Absent when the keeper died without one. */
  readonly report?: NativeReport
  /** Absent where the keeper is no child of this process. */
  readonly keeperStatus?: number
  /** The worker died with a message that it had not read. */
  readonly unread?: boolean
}

export interface Seat {
  readonly keeper: NativeKeeper
  /** What the worker has loaded. */
  readonly info: Ready
  /** Takes the seat for one job and keeps the host alive for it. `ended` is called exactly once. */
  occupy(listener: SeatListener): void
  /** Gives a seat back that was not occupied. */
  release(): void
}

/** Why no seat could be had: the worker could not be started, or the user's module could not be imported. */
export type BootFailure =
  | { readonly type: 'import'; readonly error: unknown }
  | { readonly type: 'died'; readonly report: NativeReport | undefined; readonly keeperStatus: number | undefined }
  | { readonly type: 'launch'; readonly step: number; readonly errno: number }

/** Rejection of `Launcher.acquire()` and `Launcher.ready()`: plain data about a failed boot, for run.ts to word. */
export class BootError extends Error {
  readonly failure: BootFailure
  constructor(failure: BootFailure) {
    super(`boot failed: ${failure.type}`)
    this.failure = failure
  }
}

/** Makes seats of one function set. Implemented for 'exec' here and for 'fork' in lib/template. */
export interface Launcher {
  readonly isolation: 'fork' | 'exec'
  /** Why not 'fork'. */
  readonly isolationNote?: string | undefined
  /** Workers that are booted and have no job. */
  readonly idle: number
  /** Boots what a first call needs and tells what the module exports. Rejects with BootError. */
  ready(): Promise<Ready>
  /** A seat with a booted worker. Rejects with BootError, or with the signal's reason when it aborts first. */
  acquire(signal?: AbortSignal): Promise<Seat>
  /** Ends every idle worker; occupied seats end with their jobs. Resolves when nothing idle is left. */
  close(): Promise<void>
}
