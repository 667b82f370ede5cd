// What supervision hands to the judge: frozen plain data, all that is known once a job has ended.
import type { NativeLimits, NativeReport } from '../native.js'

/** How the worker said that the function ended; decoded and checked, but still the word of the job. */
export type Reply =
  | { readonly type: 'returned'; readonly value: unknown }
  /** `memory`: the error is of a kind that a refused allocation makes, judged by class and code. */
  | { readonly type: 'threw'; readonly error: unknown; readonly memory: boolean }
  /** Of a result, or (without any report) of an argument that the host could not send. */
  | { readonly type: 'unserializable'; readonly path: string; readonly what: string }
  | { readonly type: 'too-large'; readonly size: number }
  | { readonly type: 'unsettled'; readonly where: string }

/** The first bytes of a captured stream, and whether there were more. */
export interface CapturedStream {
  readonly bytes: Uint8Array
  readonly truncated: boolean
}

export interface Evidence {
  readonly target: 'function' | 'command'
  /** The job's name, for messages. */
  readonly name: string
  readonly isolation: 'fork' | 'exec'
  /** Why not 'fork'. */
  readonly isolationNote?: string | undefined
  /** As asked for; the report has those in force. */
  readonly limits: NativeLimits
  /** Bytes; may be Infinity. */
  readonly outputSize: number
  /** Bytes; may be Infinity. */
  readonly resultSize: number
  readonly encoding: 'utf8' | 'buffer'
  /** Milliseconds. */
  readonly queueTime: number
  /** Absent: no keeper ever ran for this job, or it went without a word. */
  readonly report?: NativeReport | undefined
  /** The keeper's wait status; absent while there was none. */
  readonly keeperStatus?: number | undefined
  readonly reply?: Reply | undefined
  /** Why the worker's messages could not be trusted. */
  readonly garbage?: string | undefined
  /** No keeper could be started: the step (lib/plan/steps.ts), and errno. */
  readonly launch?: { readonly step: number | string; readonly errno: number } | undefined
  /** The host aborted the job, at any time: the reason that its AbortSignal or close() gave. */
  readonly aborted?: { readonly reason: unknown } | undefined
  readonly stdout?: CapturedStream | undefined
  readonly stderr?: CapturedStream | undefined
}
