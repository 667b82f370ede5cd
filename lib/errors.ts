// The errors of stint: LimitError is the fate of a job, StintError is misuse or a machine that cannot do it.
import { jsonSafe } from './json-safe.js'
import type { Failure, FailureKind } from './types.js'

/** A stable name for machines; messages are for people. */
export type Code = `ERR_STINT_${string}`

/**
 * A job did not succeed. `outcome` has everything that is known; `cause` is the function's own error where it threw.
 * An error that came out of a job is never an instance of this class.
 */
export class LimitError<K extends FailureKind = FailureKind> extends Error {
  declare readonly code: Code
  declare readonly kind: K
  /** The outcome that this error is part of. Not enumerable, so that printing the error stays short. */
  declare readonly outcome: Failure<K, unknown>

  /** Plain data for logs: name, code, message and the outcome; what JSON cannot hold becomes { type, size }. */
  toJSON(): object {
    const { name, code, message, kind, cause } = this
    const { error: _self, ...outcome } = (this.outcome ?? {}) as Partial<Failure<FailureKind, unknown>>
    return jsonSafe({ name, code, message, kind, outcome, ...(cause === undefined ? {} : { cause }) }) as object
  }
}

/** The job used up `cpuTime`. */
export class CpuTimeoutError extends LimitError<'CpuTimeout'> {
  override readonly code: Code = 'ERR_STINT_CPU_TIMEOUT'
  override readonly kind = 'CpuTimeout'
}

/** The job used up `wallTime`. */
export class TimeoutError extends LimitError<'Timeout'> {
  override readonly code: Code = 'ERR_STINT_TIMEOUT'
  override readonly kind = 'Timeout'
}

/** The job asked for more than `memory` or `addressSpace`. */
export class MemorylimitError extends LimitError<'Memorylimit'> {
  override readonly code: Code = 'ERR_STINT_MEMORY_LIMIT'
  override readonly kind = 'Memorylimit'
}

/** The job wanted more than `processes`. */
export class SubprocessError extends LimitError<'Subprocess'> {
  override readonly code: Code = 'ERR_STINT_SUBPROCESS'
  override readonly kind = 'Subprocess'
}

/** The job ended without success, and no limit was the cause. */
export class AnythingError extends LimitError<'Anything'> {
  override readonly code: Code = 'ERR_STINT_ANYTHING'
  override readonly kind = 'Anything'
}

/** The class of each kind. */
export const limitErrors = {
  CpuTimeout: CpuTimeoutError,
  Timeout: TimeoutError,
  Memorylimit: MemorylimitError,
  Subprocess: SubprocessError,
  Anything: AnythingError,
} as const

/** What was wrong with an argument: its name, the value seen, and what would have been accepted. */
export interface Misuse {
  readonly option?: string
  readonly value?: unknown
  readonly accepted?: string
  readonly cause?: unknown
}

/** Misuse, or a machine that cannot do it: never the fate of a job. */
export class StintError extends Error {
  readonly code: Code
  /** Name of the option or argument. */
  readonly option?: string
  /** The value seen. */
  readonly value?: unknown
  /** What is accepted, in words. */
  readonly accepted?: string

  constructor(code: Code, message: string, misuse: Misuse = {}) {
    super(message, 'cause' in misuse ? { cause: misuse.cause } : undefined)
    this.code = code
    if (misuse.option !== undefined) this.option = misuse.option
    if ('value' in misuse) this.value = misuse.value
    if (misuse.accepted !== undefined) this.accepted = misuse.accepted
  }
}

/**
 * Ties an error to its outcome; each refers to the other, so neither can be made with the other in hand.
 * @returns the error, with a read-only `outcome` that is not enumerable.
 */
export function attachOutcome<K extends FailureKind>(error: LimitError<K>, outcome: Failure<K, unknown>): LimitError<K> {
  return Object.defineProperty(error, 'outcome', { value: outcome, enumerable: false, writable: false, configurable: false })
}

// On the prototypes and not enumerable, as the language's own errors have it; spelled out, since a minifier renames classes.
const names = { LimitError, CpuTimeoutError, TimeoutError, MemorylimitError, SubprocessError, AnythingError, StintError }
for (const [name, { prototype }] of Object.entries(names)) {
  Object.defineProperty(prototype, 'name', { value: name, configurable: true, writable: true })
}
