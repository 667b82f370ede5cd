// How an outcome looks to somebody who called the function directly.
import type { Failure, FailureKind } from '../types.js'

/** An abort, as Node's own functions have it: name 'AbortError', code 'ABORT_ERR', `cause` is the signal's reason. */
class AbortError extends Error {
  readonly code = 'ABORT_ERR'
  override get name(): string {
    return 'AbortError'
  }
}

/**
 * What a direct call rejects with: the function's own error (or whatever it threw), AbortError for an abort, else the
 * LimitError of the outcome.
 * @param signal the caller's; its reason becomes the cause of the AbortError
 */
export function toRejection(outcome: Failure<FailureKind, unknown>, signal?: AbortSignal): unknown {
  const { error } = outcome
  if (outcome.reason === 'threw') return error.cause
  if (outcome.reason !== 'aborted') return error
  const reason = signal?.aborted ? { cause: signal.reason as unknown } : 'cause' in error ? { cause: error.cause } : undefined
  return new AbortError(error.message, reason)
}
