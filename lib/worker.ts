// 'stint/worker': what a limited function can know about itself. Pure JavaScript without the addon: the worker's entry put its
// state behind a registered symbol, so that a bundled or second copy of this file works, too.

import type { LimitError } from './errors.js'
import { limitErrors } from './errors.js'
import type { WorkerState } from './worker/state.js'

const state = (globalThis as unknown as Record<symbol, WorkerState | undefined>)[Symbol.for('stint.worker')]
state?.useErrors(limitErrors)

/** True in a worker of stint, also while it imports the user's module; false in the host and anywhere else. */
export const isWorker: boolean = state !== undefined

/**
 * Aborts at the soft stop of the job; its reason is the LimitError of the limit that was reached. Outside of a worker it never
 * aborts. A look at it (`aborted`, a listener, AbortSignal.any) counts as listening: only then `gracePeriod` is spent. A
 * synchronous loop may poll `limitSignal.aborted`: the soft stop reaches it in its midst.
 */
export const limitSignal: AbortSignal = state?.limitSignal ?? new AbortController().signal

/**
 * Has `callback` called at the soft stop, with `gracePeriod` to run, asynchronous or not; what it throws is ignored. Where
 * JavaScript runs at that moment it is called in the midst of it, as a signal handler would be.
 * @returns a function that takes the callback back
 */
export function onLimit(callback: (error: LimitError) => void | Promise<void>): () => void {
  return state?.onLimit(callback) ?? (() => {})
}

/**
 * Sends a progress value to `onReport` of the host. When the host is slower than the job, the newest value wins. Outside of a
 * worker it does nothing.
 * @throws an error that names the path where the value cannot be serialised
 */
export function report(value: unknown): void {
  state?.report(value)
}
