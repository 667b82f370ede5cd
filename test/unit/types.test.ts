// What TypeScript itself checks when this file is compiled: the library's types against the contract, and a user's view.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as errors from '#lib/errors.js'
import type * as index from '#lib/index.js'
import type * as lib from '#lib/types.js'
import type * as contract from './contract.js'

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
type Exactly<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Each<T extends readonly true[]> = T
type Path = typeof import('node:path')

export type ContractHolds = Each<
  [
    Same<lib.Bytes, contract.Bytes>,
    Same<lib.Milliseconds, contract.Milliseconds>,
    Same<lib.Size, contract.Size>,
    Same<lib.Duration, contract.Duration>,
    Same<lib.Limits, contract.Limits>,
    Same<keyof lib.Limits, keyof contract.Limits>,
    Same<lib.ResolvedLimits, contract.ResolvedLimits>,
    Same<lib.Evidence, contract.Evidence>,
    Same<lib.FunctionOptions, contract.FunctionOptions>,
    Same<keyof lib.FunctionOptions, keyof contract.FunctionOptions>,
    Same<lib.CommandOptions, contract.CommandOptions>,
    Same<keyof lib.CommandOptions, keyof contract.CommandOptions>,
    Same<lib.Usage, contract.Usage>,
    Same<keyof lib.Usage, keyof contract.Usage>,
    Same<lib.FailureKind, contract.FailureKind>,
    Same<lib.Outcome<number>, contract.Outcome<number>>,
    Same<lib.Success<string>, contract.Success<string>>,
    Same<keyof lib.Success<string>, keyof contract.Success<string>>,
    Same<lib.Failure<'Timeout', number>, contract.Failure<'Timeout', number>>,
    Same<lib.Failure<lib.FailureKind, Date>, contract.Failure<contract.FailureKind, Date>>,
    Same<lib.Limited<[number, string?], Date>, contract.Limited<[number, string?], Date>>,
    Same<keyof lib.Limited<[], Date>, keyof contract.Limited<[], Date>>,
    Same<lib.LimitedModule<Path>, contract.LimitedModule<Path>>,
    Same<lib.LimitedProcess, contract.LimitedProcess>,
    Same<keyof lib.LimitedProcess, keyof contract.LimitedProcess>,
    Same<lib.EnforceOptions, contract.EnforceOptions>,
    Same<lib.ExitStatus, contract.ExitStatus>,
    Same<lib.Enforced<[number], string>, contract.Enforced<[number], string>>,
    Same<lib.Rung, contract.Rung>,
    Same<lib.DoctorReport, contract.DoctorReport>,
    Same<errors.LimitError, contract.LimitError>,
    Same<errors.LimitError<'Timeout'>, contract.LimitError<'Timeout'>>,
    Same<errors.CpuTimeoutError, contract.CpuTimeoutError>,
    Same<errors.TimeoutError, contract.TimeoutError>,
    Same<errors.MemorylimitError, contract.MemorylimitError>,
    Same<errors.SubprocessError, contract.SubprocessError>,
    Same<errors.AnythingError, contract.AnythingError>,
    Same<errors.StintError, contract.StintError>,
    Same<typeof index.limit, typeof contract.limit>,
    Same<typeof index.limitModule<Path>, typeof contract.limitModule<Path>>,
    Same<typeof index.spawnLimited, typeof contract.spawnLimited>,
    Same<typeof index.enforceLimits, typeof contract.enforceLimits>,
    Same<typeof index.doctor, typeof contract.doctor>,
    Same<index.LimitError, contract.LimitError>,
  ]
>

declare const limit: typeof index.limit
declare const enforceLimits: typeof index.enforceLimits

/** Never called: its types are the test. */
export async function asAUserWrites(): Promise<unknown> {
  const double = limit(async (n: number) => n * 2, { memory: '512MiB', wallTime: '1.5s', processes: 0 })
  const outcome = await double.run(1)
  if (outcome.kind === 'Ok') return outcome.value satisfies number
  if (outcome.kind === 'Timeout')
    return [outcome.reason satisfies 'wall', outcome.error satisfies errors.TimeoutError, outcome.partial?.toFixed()]
  if (outcome.kind === 'CpuTimeout') return outcome.reason satisfies 'worker-clock' | 'tree-clock' | 'kernel'
  if (outcome.kind === 'Memorylimit') return outcome.error.outcome.reason === 'heap'
  if (outcome.kind === 'Subprocess') return outcome.error.outcome.reason satisfies 'denied'
  const rest: 'Anything' = outcome.kind
  // @ts-expect-error a call takes the function's own arguments
  await double('1')
  // @ts-expect-error case matters in units
  limit(() => 1, { memory: '1mb' })
  // @ts-expect-error no such option
  limit(() => 1, { timeout: 1 })
  const enforced = enforceLimits({ memInMb: 100, wallTimeInS: 2, logger: null })((t: number) => `${t}`)
  const text: string | null = await enforced(1)
  return [rest, text, enforced.exitStatus === errors.TimeoutError, enforced.result?.length]
}

function* numbers(): Generator<number> {
  yield 1
}
const sum = (a: number, b: number): Promise<number> => Promise.resolve(a + b)

export type ResultsHold = Each<
  [
    Exactly<lib.Result<Promise<number>>, number>,
    Exactly<lib.Result<ReturnType<typeof sum>>, number>,
    Exactly<lib.Result<ReturnType<typeof numbers>>, never>,
    Exactly<lib.Result<AsyncGenerator<number>>, never>,
    Exactly<lib.Result<ReadableStream>, never>,
    Exactly<lib.Result<() => void>, never>,
    Exactly<lib.Failure<'Timeout' | 'Subprocess', 1>['kind'], 'Timeout' | 'Subprocess'>,
    Exactly<Extract<lib.Failure<'Timeout' | 'Subprocess', 1>, { kind: 'Timeout' }>['reason'], 'wall'>,
    Exactly<keyof Pick<lib.LimitedModule<{ a: typeof sum; b: 1; then: typeof sum }>, 'a'>, 'a'>,
    Exactly<'b' extends keyof lib.LimitedModule<{ a: typeof sum; b: 1; then: typeof sum }> ? true : false, false>,
    Exactly<'then' extends keyof lib.LimitedModule<{ a: typeof sum; then: typeof sum }> ? true : false, false>,
  ]
>

test('the five error classes that an exit status can be are distinct, and each is a LimitError', () => {
  const statuses: lib.ExitStatus[] = [0, ...Object.values(errors.limitErrors)]
  assert.equal(new Set(statuses).size, 6)
  for (const Class of Object.values(errors.limitErrors)) assert.ok(new Class('x') instanceof errors.LimitError)
})
