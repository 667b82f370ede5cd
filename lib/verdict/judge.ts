// How a job ended, decided from the evidence alone. Theory of operation:
//
// The keeper is the arbiter. It records each cause before it sends a signal, and the worker's Done as soon as it is there,
// all in the order in which they came. So the rules below only read what stands there; they are tried in turn and the first
// that knows an answer gives it. Nothing is ever read out of what a job wrote or said about itself, but for the class of
// an error, and that only beside a record of the probe.
import type { NativeCause, NativeReport } from '../native.js'
import { rungNames, signalName, stepName, stepNumber } from '../plan/index.js'
import type { Evidence, Reply } from '../supervise/evidence.js'
import type { Limits } from '../types.js'
import { type CauseRow, cause, causeRow, type KindAndReason } from './causes.js'
import { limitsExceeded, usedCpuNs } from './exceeded.js'
import { bytesText } from './quantities.js'

/** The step of a launch that failed. */
export interface FailedLaunch {
  readonly step: string
  /** 0: it did not fail in a system call; the worker ended while it booted. */
  readonly errno: number
}

type Ending = KindAndReason | { readonly kind: 'Ok'; readonly reason: 'returned' | 'exited' }

/** What one rule says. */
export type Ruling = Ending & {
  readonly certainty: 'certain' | 'probable'
  /** The limit that ended it. */
  readonly limit?: keyof Limits | undefined
  /** The record that decided. */
  readonly record?: NativeCause | undefined
  readonly launch?: FailedLaunch | undefined
  /** Why nothing is known, or what could not be trusted; for people. */
  readonly detail?: string | undefined
}

/** What judge() says: one kind with one of its reasons, how certain, and the limits that the usage exceeds all the same. */
export type Verdict = Ruling & { readonly overLimit: readonly (keyof Limits)[] }

type Rule = (evidence: Evidence) => Ruling | undefined

const soonNs = 1e9
const errnoTimedOut = 110 // ETIMEDOUT, errno(3)
// The kernel samples CPU time by ticks, so its SIGXCPU may come a little before the exact clocks say so (docs/design.md, section 11).
const tickToleranceNs = 100e6
// RLIMIT_CPU is set to limit and grace, rounded up, and one second more, so that the exact clocks come first.
const backstopNs = 1e9
// A program that is refused memory is never at its limit to the last byte: the refused piece would have gone beyond.
const nearMemoryLimit = 0.9
// How programs die that do not check what an allocation gave them, or that give up on purpose.
const crashes: ReadonlySet<string | null> = new Set(['SIGSEGV', 'SIGABRT', 'SIGTRAP', 'SIGBUS', 'SIGILL'])

const rules: readonly Rule[] = [
  refusedArgument,
  neverStarted,
  failedStep,
  recordedCause,
  untrustworthy,
  abortedUnrecorded,
  replied,
  endedInBoot,
  killedByHost,
  crashedForMemory,
  gaveUpForMemory,
  crashedAtLimit,
  stoppedByKernel,
  endedByItself,
]

/** Pure and total: the same evidence gives the same verdict, and any evidence gives one. */
export function judge(evidence: Evidence): Verdict {
  const ruling = firstRuling(evidence)
  return Object.freeze({ ...ruling, overLimit: Object.freeze(endsByItself(ruling) ? limitsExceeded(evidence) : []) })
}

function firstRuling(evidence: Evidence): Ruling {
  for (const rule of rules) {
    const ruling = rule(evidence)
    if (ruling) return ruling
  }
  return lost('the keeper reported no end')
}

const ownEndings: ReadonlySet<string> = new Set(['threw', 'exited', 'signaled', 'unserializable', 'too-large', 'unsettled'])

function endsByItself({ kind, reason }: Ruling): boolean {
  return kind === 'Ok' || (kind === 'Anything' && ownEndings.has(reason))
}

/** The host could not even send the arguments: there is a refusal, and no process. */
function refusedArgument({ report, keeperStatus, reply }: Evidence): Ruling | undefined {
  const isArgument = reply?.type === 'unserializable' && !report && keeperStatus === undefined
  return isArgument ? anything('unserializable') : undefined
}

/** Without a report nothing ran, or nobody can tell. */
function neverStarted({ launch, report, aborted, garbage }: Evidence): Ruling | undefined {
  if (report) return undefined
  if (launch) return { ...anything('launch-failed'), launch: { step: stepText(launch.step), errno: launch.errno } }
  if (aborted) return anything('aborted')
  return { ...lost(garbage ?? 'its keeper ended without a report'), certainty: 'probable' }
}

/** The keeper or the child between fork and exec could not do one of the steps: nothing of the job ran. */
function failedStep({ report }: Evidence): Ruling | undefined {
  if (!report?.failedStep) return undefined
  return { ...anything('launch-failed'), launch: { step: stepName(report.failedStep), errno: report.failedErrno } }
}

/** The first cause that stood before the end. */
function recordedCause({ report, aborted }: Evidence): Ruling | undefined {
  for (const record of report?.causes ?? []) {
    const row = heapRefusal(record, report?.causes ?? []) ?? causeRow(record.cause)
    if (!report || !row || row.note || !decides(record, row, report)) continue
    if (record.cause === cause.hostGone && aborted) continue // the host let go of the keeper on purpose
    const timedOut =
      record.cause === cause.bootDeadline ? { launch: { step: stepName(stepNumber('boot')), errno: errnoTimedOut } } : {}
    return { ...endingOf(row), certainty: 'certain', limit: row.limit, record, ...timedOut }
  }
  return undefined
}

// The kernel refused memory, and soon after V8 came to its end: the heap itself may have been small. Collections lie between.
function heapRefusal({ cause: number, timeNs }: NativeCause, causes: readonly NativeCause[]): CauseRow | undefined {
  if (number !== cause.heap) return undefined
  const refusals: readonly number[] = [cause.refusedData, cause.refusedAddress]
  const isRecent = (other: NativeCause) => timeNs >= other.timeNs && timeNs - other.timeNs < soonNs
  const refusal = causes.find((other) => refusals.includes(other.cause) && isRecent(other))
  const row = refusal && causeRow(refusal.cause)
  return row && ({ kind: row.kind, reason: row.reason, limit: row.limit } as CauseRow)
}

// Done before the cause: the job was over. No Done: a process that ended by itself before our signal keeps its own end.
function decides(record: NativeCause, row: CauseRow, report: NativeReport): boolean {
  if (report.done) return record.timeNs < report.endNs
  return row.always === true || report.killed || report.stopSent
}

/** What came from the worker was malformed: then its word counts for nothing. After Done only its result matters. */
function untrustworthy({ report, garbage }: Evidence): Ruling | undefined {
  if (garbage !== undefined) return lost(garbage)
  return report?.evidenceBad && !report.done ? lost('it wrote something malformed to its keeper') : undefined
}

/** Aborted before it began, or by letting go of its keeper. */
function abortedUnrecorded({ target, report, aborted }: Evidence): Ruling | undefined {
  if (!report || !aborted || report.done) return undefined
  const began = target === 'command' ? report.launched : report.began
  return !began || report.killed ? anything('aborted') : undefined
}

const endingOfReply: Readonly<Record<Reply['type'], Ruling>> = {
  returned: { kind: 'Ok', reason: 'returned', certainty: 'certain' },
  threw: anything('threw'),
  unserializable: anything('unserializable'),
  'too-large': anything('too-large'),
  unsettled: anything('unsettled'),
}

/** Done was said: the reply counts. An error of the allocating kind counts as the limit only where the probe saw a refusal. */
function replied({ target, report, reply }: Evidence): Ruling | undefined {
  if (!report?.done || target === 'command') return undefined
  if (!reply) return lost('its result never arrived')
  const refused = reply.type === 'threw' && reply.memory ? memoryRuling(report) : undefined
  return refused ?? endingOfReply[reply.type]
}

/** A worker that ended before it could take a job. */
function endedInBoot({ target, report }: Evidence): Ruling | undefined {
  if (target === 'command' || !report || report.booted) return undefined
  return { ...anything('launch-failed'), launch: { step: stepName(stepNumber('boot')), errno: 0 } }
}

/** kill() of the host's own hand. */
function killedByHost({ report }: Evidence): Ruling | undefined {
  return report && report.hostSignal !== 0 && report.signal === report.hostSignal ? anything('aborted') : undefined
}

/** A refused allocation, and then a crash. One that was survived is no matter. */
function crashedForMemory({ report }: Evidence): Ruling | undefined {
  return report && crashes.has(signalName(report.signal)) ? memoryRuling(report) : undefined
}

/** A command that checks what an allocation gave it, and gives up. Only one that does so at once leaves no doubt. */
function gaveUpForMemory({ target, report }: Evidence): Ruling | undefined {
  if (target !== 'command' || !report || report.exitCode <= 0) return undefined
  const ruling = memoryRuling(report)
  const atOnce = ruling?.record !== undefined && report.endNs - ruling.record.timeNs < soonNs
  return ruling && { ...ruling, certainty: atOnce ? 'certain' : 'probable' }
}

/**
 * A command has no probe: that it crashed while its own memory was all but used up is what there is to go by. Where refusals
 * were watched for (evidence 'exact') and none was seen, there is nothing to infer.
 */
function crashedAtLimit({ target, report }: Evidence): Ruling | undefined {
  if (target !== 'command' || !report || report.limits.memory < 0 || !crashes.has(signalName(report.signal))) return undefined
  const watched = rungNames(report.rungs).includes('allocation-trace')
  if (watched || report.peakMemory < report.limits.memory * nearMemoryLimit) return undefined
  const detail = `it died by ${signalName(report.signal)} while its own process held ${Math.round(report.peakMemory / 1e6)} MB`
  return { kind: 'Memorylimit', reason: 'data', certainty: 'probable', limit: 'memory', detail }
}

/** SIGXCPU at the kernel's own limit; anybody could have sent it, so it is inferred. Below that limit somebody did. */
function stoppedByKernel({ report }: Evidence): Ruling | undefined {
  if (!report || signalName(report.signal) !== 'SIGXCPU' || report.limits.cpuNs < 0) return undefined
  const most = report.limits.cpuNs + Math.max(0, report.limits.graceNs)
  const reached = usedCpuNs(report) >= most + backstopNs - tickToleranceNs
  return reached ? { kind: 'CpuTimeout', reason: 'kernel', certainty: 'probable', limit: 'cpuTime' } : undefined
}

/** Whatever code or signal it ended with. SIGKILL that is not ours says nothing about memory. */
function endedByItself({ target, report }: Evidence): Ruling | undefined {
  if (!report) return undefined
  if (report.signal > 0) return anything('signaled')
  if (report.exitCode < 0) return undefined
  return target === 'command' && report.exitCode === 0
    ? { kind: 'Ok', reason: 'exited', certainty: 'certain' }
    : anything('exited')
}

function memoryRuling({ causes, limits }: NativeReport): Ruling | undefined {
  for (const record of causes) {
    const row = causeRow(record.cause)
    if (row?.kind !== 'Memorylimit') continue
    const detail = refusalText(record, row.limit === 'addressSpace' ? limits.addressSpace : limits.memory)
    return { ...endingOf(row), certainty: 'certain', limit: row.limit, record, detail }
  }
  return undefined
}

// The peak alone says little where one large piece was refused.
function refusalText({ cause: number, value }: NativeCause, limit: number): string | undefined {
  const refused = number === cause.refusedData || number === cause.refusedAddress
  return refused && value > 0 ? `it was refused ${bytesText(value, limit)} more` : undefined
}

function endingOf({ kind, reason }: CauseRow): KindAndReason {
  return { kind, reason } as KindAndReason
}

type AnythingReason = Extract<KindAndReason, { kind: 'Anything' }>['reason']

function anything(reason: AnythingReason): Ruling {
  return { kind: 'Anything', reason, certainty: 'certain' }
}

function lost(detail: string): Ruling {
  return { ...anything('lost'), detail }
}

function stepText(step: number | string): string {
  return typeof step === 'number' ? stepName(step) : step
}
