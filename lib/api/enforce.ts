// pynisher 0.4's shape: a function that resolves to null on failure, and properties that tell of its last call.
import { AnythingError, CpuTimeoutError, MemorylimitError, SubprocessError, TimeoutError } from '../errors.js'
import type { Enforced, ExitStatus, Limited, Outcome } from '../types.js'

type Status = Exclude<ExitStatus, 0>
const STATUS: Readonly<Record<string, Status>> = {
  CpuTimeout: CpuTimeoutError,
  Timeout: TimeoutError,
  Memorylimit: MemorylimitError,
  Subprocess: SubprocessError,
  Anything: AnythingError,
}

/** Wraps a limited function so that a call resolves to its value or null, and its fate is read from properties. */
export function makeEnforced<A extends unknown[], R>(limited: Limited<A, R>): Enforced<A, R> {
  let last: Outcome<R> | undefined
  const call = async (...args: A): Promise<R | null> => {
    const outcome = await limited.run(...args)
    last = outcome
    return outcome.kind === 'Ok' ? outcome.value : null
  }
  return Object.defineProperties(call, {
    result: { get: () => (last?.kind === 'Ok' ? last.value : null), enumerable: true },
    exitStatus: { get: () => exitStatus(last), enumerable: true },
    wallClockTime: { get: () => (last === undefined ? undefined : last.wallTime / 1000), enumerable: true },
    stdout: { get: () => text(last?.stdout), enumerable: true },
    stderr: { get: () => text(last?.stderr), enumerable: true },
  }) as unknown as Enforced<A, R>
}

function exitStatus(outcome: Outcome<unknown> | undefined): ExitStatus | undefined {
  if (outcome === undefined) return undefined
  return outcome.kind === 'Ok' ? 0 : (STATUS[outcome.kind] as Status)
}

function text(captured: string | Uint8Array | undefined): string | undefined {
  return typeof captured === 'string' || captured === undefined ? captured : Buffer.from(captured).toString()
}
