// What supervision hands on, for functions and commands alike.
import type { NativeReport } from '../native.js'
import type { CapturedStream, Reply } from './evidence.js'

export interface Observed {
  readonly report?: NativeReport | undefined
  readonly keeperStatus?: number | undefined
  /** The worker surely never read the job: it was not sent, or lay unread when the worker died. */
  readonly unread?: boolean | undefined
  readonly reply?: Reply | undefined
  /** Why the worker's messages could not be trusted. */
  readonly garbage?: string | undefined
  /** No keeper could be started: the step that failed. */
  readonly launch?: { readonly step: number; readonly errno: number } | undefined
  readonly stdout?: CapturedStream | undefined
  readonly stderr?: CapturedStream | undefined
}
