// What the options stage hands on: frozen, checked, with defaults filled in, all quantities as numbers.
import type { Evidence, FunctionOptions, Limits } from '../types.js'

/** Bytes, milliseconds, counts. What is not set is absent. */
export interface ParsedLimits {
  readonly memory?: number
  /** Symbolic until the plan, since with() may still change `memory`. */
  readonly addressSpace?: 'auto' | 'strict' | number
  readonly cpuTime?: number
  readonly wallTime?: number
  readonly processes?: number
  readonly gracePeriod: number
  readonly fileSize?: number
  readonly openFiles?: number
  readonly stack?: number
  readonly coreSize?: number
  /** May be Infinity. */
  readonly outputSize: number
  /** May be Infinity. */
  readonly resultSize: number
}

export type Logger = NonNullable<FunctionOptions['logger']>
export type Capture = 'inherit' | 'capture' | 'ignore'

/** What both targets have, apart from limits. */
export interface ParsedCommon {
  readonly signal?: AbortSignal
  /** Absent: the host's, read when a process starts. */
  readonly env?: Readonly<Record<string, string>>
  /** Path; absent: the host's. */
  readonly cwd?: string
  readonly nice?: number
  readonly uid?: number
  readonly gid?: number
  readonly noNewPrivs: boolean
  readonly evidence: Evidence
  readonly encoding: 'utf8' | 'buffer'
  readonly logger?: Logger
  readonly name?: string
}

export interface FunctionExtras {
  readonly isolation: 'auto' | 'fork' | 'exec'
  readonly stdin: 'inherit' | 'ignore'
  readonly stdout: Capture
  readonly stderr: Capture
  /** Absent: process.execArgv. */
  readonly execArgv?: readonly string[]
  /** Absent: os.availableParallelism(). */
  readonly concurrency?: number
  /** May be Infinity. */
  readonly maxQueue: number
  /** Absolute path; absent: the caller's file. */
  readonly from?: string
  readonly onReport?: (value: unknown) => void
}

export interface CommandExtras {
  readonly stdin: 'inherit' | 'ignore' | 'pipe'
  readonly stdout: Capture | 'pipe'
  readonly stderr: Capture | 'pipe'
  /** Bytes for stdin, which is then 'pipe'. */
  readonly input?: Uint8Array
  readonly stopSignal: NodeJS.Signals
}

/** Options of limit() and limitModule(), parsed. */
export interface ParsedFunctionOptions extends ParsedCommon, FunctionExtras {
  readonly limits: ParsedLimits
}

/** Options of spawnLimited(), parsed. */
export interface ParsedCommandOptions extends ParsedCommon, CommandExtras {
  readonly limits: ParsedLimits
}

/** Names of limits; typed so that a limit added to the contract must be added to the tables. */
export type LimitName = keyof Limits
