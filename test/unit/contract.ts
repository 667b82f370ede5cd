// The contract of the public API, declarations only: types.test.ts holds the library against it, both ways.
import type { Readable, Writable } from 'node:stream'

export type Bytes = number
export type Milliseconds = number
/** Bytes, or a decimal (kB, MB, ...) or binary (KiB, MiB, ...) size. Case matters, no space. */
export type Size = Bytes | `${number}${'B' | 'kB' | 'MB' | 'GB' | 'TB' | 'KiB' | 'MiB' | 'GiB' | 'TiB'}`
/** Milliseconds, or with a unit. */
export type Duration = Milliseconds | `${number}${'ms' | 's' | 'm' | 'h'}`

export interface Limits {
  /** What the job may allocate above the idle worker (a command: in all), its descendants included. */
  readonly memory?: Size | undefined
  /** RLIMIT_AS above the idle worker. 'auto' = memory + 64 GiB for reservations that hold no memory; 'strict' = memory exactly. */
  readonly addressSpace?: 'auto' | 'strict' | Size | undefined
  /** CPU time of the job's whole tree. */
  readonly cpuTime?: Duration | undefined
  /** From the start of the job (not of boot or queueing) to its end. */
  readonly wallTime?: Duration | undefined
  /** Further processes the job may have alive at once (threads not counted). A fork above it ends the job. */
  readonly processes?: number | undefined
  /** From the soft stop to SIGKILL; default 0. */
  readonly gracePeriod?: Duration | undefined
  readonly fileSize?: Size | undefined
  readonly openFiles?: number | undefined
  readonly stack?: Size | undefined
  readonly coreSize?: Size | undefined
  /** Captured bytes kept of each stream (the first ones; never kills); default 1 MiB, Infinity allowed. */
  readonly outputSize?: Size | undefined
  /** Serialised size of a value; default 256 MiB, Infinity allowed. */
  readonly resultSize?: Size | undefined
}
/** Limits in force, as numbers (bytes, milliseconds). */
export type ResolvedLimits = { readonly [K in keyof Limits]?: number }
export type Evidence = 'auto' | 'exact'
interface CommonOptions extends Limits {
  readonly signal?: AbortSignal | undefined
  /** Replaces process.env. */
  readonly env?: NodeJS.ProcessEnv | undefined
  readonly cwd?: string | URL | undefined
  readonly nice?: number | undefined
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  readonly noNewPrivs?: boolean | undefined
  readonly evidence?: Evidence | undefined
  readonly encoding?: 'utf8' | 'buffer' | undefined
  readonly logger?: Pick<Console, 'debug' | 'warn'> | undefined
  readonly name?: string | undefined
}
type CaptureMode = 'inherit' | 'capture' | 'ignore'
export interface FunctionOptions extends CommonOptions {
  readonly isolation?: 'auto' | 'fork' | 'exec' | undefined
  readonly stdin?: 'inherit' | 'ignore' | undefined // default 'ignore'
  readonly stdout?: CaptureMode | undefined // default 'inherit'
  readonly stderr?: CaptureMode | undefined // default 'inherit'
  readonly execArgv?: readonly string[] | undefined
  /** Jobs at once; default os.availableParallelism(). */
  readonly concurrency?: number | undefined
  /** Jobs waiting; default Infinity. */
  readonly maxQueue?: number | undefined
  /** File that `require` and `import()` of a source function resolve from; default the caller's. */
  readonly from?: string | URL | undefined
  readonly onReport?: ((value: unknown) => void) | undefined
}
export interface CommandOptions extends CommonOptions {
  readonly stdin?: 'inherit' | 'ignore' | 'pipe' | undefined // default 'ignore'
  readonly stdout?: CaptureMode | 'pipe' | undefined // default 'capture'
  readonly stderr?: CaptureMode | 'pipe' | undefined // default 'capture'
  readonly input?: string | Uint8Array | undefined
  /** Soft stop of a command, sent to its own process; default 'SIGTERM'. */
  readonly stopSignal?: NodeJS.Signals | undefined
}

export interface Usage {
  readonly cpuTime: Milliseconds
  readonly userTime: Milliseconds
  readonly systemTime: Milliseconds
  readonly peakMemory: Bytes
  readonly peakTreeMemory?: Bytes
  readonly peakProcesses: number
  readonly leftovers: number
  readonly contextSwitches: number
  readonly readBytes: Bytes
  readonly writtenBytes: Bytes
}
interface Failures {
  CpuTimeout: { readonly reason: 'worker-clock' | 'tree-clock' | 'kernel'; readonly error: CpuTimeoutError }
  Timeout: { readonly reason: 'wall'; readonly error: TimeoutError }
  Memorylimit: {
    readonly reason: 'heap' | 'address-space' | 'data' | 'cgroup' | 'tree' | 'thread'
    readonly error: MemorylimitError
  }
  Subprocess: { readonly reason: 'denied'; readonly error: SubprocessError }
  Anything: {
    readonly reason:
      | 'threw'
      | 'exited'
      | 'signaled'
      | 'aborted'
      | 'unserializable'
      | 'too-large'
      | 'launch-failed'
      | 'unsettled'
      | 'lost'
    readonly error: AnythingError
  }
}
export type FailureKind = keyof Failures
interface Common {
  readonly certainty: 'certain' | 'probable'
  readonly wallTime: Milliseconds
  readonly queueTime: Milliseconds
  readonly usage: Usage
  readonly limits: ResolvedLimits
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** JavaScript stack at the moment of the limit, or the active resources of an idle loop. */
  readonly where?: string
  readonly overLimit?: readonly (keyof Limits)[]
  readonly launch?: { readonly step: string; readonly errno: number; readonly code: string }
  readonly stdout?: string | Uint8Array
  readonly stderr?: string | Uint8Array
  readonly truncated?: readonly ('stdout' | 'stderr')[]
  readonly isolation: 'fork' | 'exec'
  /** Why not 'fork'. */
  readonly isolationNote?: string
}
export type Failure<K extends FailureKind, R> = K extends FailureKind
  ? { readonly kind: K; readonly partial?: R } & Failures[K] & Common
  : never
export type Success<R> = { readonly kind: 'Ok'; readonly reason: 'returned' | 'exited'; readonly value: R } & Common
export type Outcome<R> = Success<R> | Failure<FailureKind, R>

export declare class LimitError<K extends FailureKind = FailureKind> extends Error {
  readonly code: `ERR_STINT_${string}`
  readonly kind: K
  readonly outcome: Failure<K, unknown> // not enumerable
  toJSON(): object
}
export declare class CpuTimeoutError extends LimitError<'CpuTimeout'> {}
export declare class TimeoutError extends LimitError<'Timeout'> {}
export declare class MemorylimitError extends LimitError<'Memorylimit'> {}
export declare class SubprocessError extends LimitError<'Subprocess'> {}
export declare class AnythingError extends LimitError<'Anything'> {}
/** Misuse, or a machine that cannot do it: never the fate of a job. */
export declare class StintError extends Error {
  readonly code: `ERR_STINT_${string}`
}

type Fn = (this: void, ...args: never[]) => unknown
type Streaming = Iterator<unknown, unknown, unknown> | AsyncIterator<unknown, unknown, unknown> | ReadableStream | Function
type Result<R> = Awaited<R> extends Streaming ? never : Awaited<R>
export interface Limited<A extends unknown[], R> extends AsyncDisposable {
  (...args: A): Promise<R>
  run(...args: A): Promise<Outcome<R>>
  with(options: FunctionOptions): Limited<A, R>
  ready(): Promise<void>
  readonly limits: ResolvedLimits
  readonly stats: { readonly running: number; readonly queued: number; readonly completed: number; readonly idleWorkers: number }
  close(options?: { readonly force?: boolean }): Promise<void>
}
export declare function limit<A extends unknown[], R>(
  fn: (this: void, ...args: A) => R,
  options?: FunctionOptions,
): Limited<A, Result<R>>

type Reserved = 'then' | 'ready' | 'close'
export type LimitedModule<M> = {
  readonly [K in keyof M as K extends Reserved ? never : M[K] extends Fn ? K : never]: M[K] extends (
    this: void,
    ...args: infer A
  ) => infer R
    ? Limited<A, Result<R>>
    : never
} & AsyncDisposable & { ready(): Promise<void>; close(options?: { readonly force?: boolean }): Promise<void> }
export declare function limitModule<M extends object>(module: URL | string, options?: FunctionOptions): LimitedModule<M>

export interface LimitedProcess extends AsyncDisposable {
  readonly pid: number | undefined // known after ready()
  readonly stdin: Writable | null
  readonly stdout: Readable | null
  readonly stderr: Readable | null
  readonly outcome: Promise<Outcome<undefined>>
  ready(): Promise<void>
  kill(signal?: NodeJS.Signals): boolean // the command alone
  close(): Promise<void> // the whole tree
}
export declare function spawnLimited(command: string, args?: readonly string[], options?: CommandOptions): LimitedProcess

/** pynisher 0.4's shape: integers, MiB and seconds; null on failure. */
export interface EnforceOptions {
  readonly memInMb?: number | null
  readonly cpuTimeInS?: number | null
  readonly wallTimeInS?: number | null
  readonly numProcesses?: number | null // counts the job itself, as RLIMIT_NPROC does
  readonly gracePeriodInS?: number | null
  readonly logger?: Pick<Console, 'debug' | 'warn'> | null
}
export type ExitStatus =
  | 0
  | typeof CpuTimeoutError
  | typeof TimeoutError
  | typeof MemorylimitError
  | typeof SubprocessError
  | typeof AnythingError
export interface Enforced<A extends unknown[], R> {
  (...args: A): Promise<R | null>
  readonly result: R | null
  readonly exitStatus: ExitStatus | undefined
  readonly wallClockTime: number | undefined // seconds
  readonly stdout: string | undefined
  readonly stderr: string | undefined
}
export declare function enforceLimits(
  options?: EnforceOptions,
): <A extends unknown[], R>(fn: (this: void, ...args: A) => R) => Enforced<A, Result<R>>

export interface Rung {
  readonly limit: keyof Limits | 'leftovers' | 'isolation' | 'evidence'
  readonly mechanism: string
  readonly state: 'used' | 'available' | 'missing'
  readonly why?: string
  readonly remedy?: string
}
export interface DoctorReport {
  readonly platform: {
    readonly kernel: string
    readonly arch: string
    readonly libc: string
    readonly node: string
    readonly uid: number
  }
  readonly native: { readonly addon: string; readonly keeper: string } | { readonly missing: string }
  readonly rungs: readonly Rung[]
  readonly floors: { readonly memory: Bytes; readonly addressSpace: Bytes }
}
export declare function doctor(): Promise<DoctorReport>
