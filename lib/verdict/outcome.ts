// From the verdict and the evidence to what the caller gets.
import { constants } from 'node:os'
import { attachOutcome, type LimitError, limitErrors } from '../errors.js'
import { jsonSafe } from '../json-safe.js'
import type { NativeLimits } from '../native.js'
import { signalName } from '../plan/index.js'
import type { CapturedStream, Evidence } from '../supervise/evidence.js'
import type { Failure, FailureKind, Limits, Outcome, ResolvedLimits, Usage } from '../types.js'
import { elapsedNs } from './exceeded.js'
import { judge, type Verdict } from './judge.js'
import { messageOf, type Told } from './message.js'

/**
 * Judges the evidence and makes the outcome: frozen, with a toJSON that always works. The value itself is not frozen.
 * Pure but for the stack of the error.
 */
export function conclude<R>(evidence: Evidence): Outcome<R> {
  const verdict = judge(evidence)
  const known = { kind: verdict.kind, reason: verdict.reason, ...commonOf(evidence, verdict) }
  return verdict.kind === 'Ok' ? succeed(known, evidence) : fail(known, evidence, verdict)
}

type Common = ReturnType<typeof commonOf>

function succeed<R>(known: object, { reply }: Evidence): Outcome<R> {
  return seal({ ...known, value: reply?.type === 'returned' ? reply.value : undefined }) as Outcome<R>
}

function fail<R>(known: Common & { kind: string }, evidence: Evidence, verdict: Verdict): Outcome<R> {
  const { reply } = evidence
  const kind = verdict.kind as FailureKind
  const { reason, limit, record, detail } = verdict
  const told: Told = { launch: undefined, ...known, evidence, reason, limit, detail }
  const error: LimitError = new limitErrors[kind](messageOf(kind, told), causeOf(evidence, verdict))
  // Before the cause there is no value: a record that decided over one makes it partial.
  const partial = record && reason !== 'lost' && reply?.type === 'returned' ? { partial: reply.value } : {}
  const outcome = seal({ ...known, ...partial, error }) as Failure<FailureKind, R>
  attachOutcome(error, outcome as Failure<FailureKind, unknown>)
  return outcome
}

function causeOf({ reply, aborted }: Evidence, { reason }: Verdict): ErrorOptions | undefined {
  if (reason === 'aborted') return aborted && { cause: aborted.reason }
  return reply?.type === 'threw' && reason !== 'lost' ? { cause: reply.error } : undefined
}

function commonOf(evidence: Evidence, { certainty, overLimit, launch }: Verdict) {
  const { report, reply, isolation, isolationNote } = evidence
  const where = report?.where || (reply?.type === 'unsettled' ? reply.where : '')
  return {
    certainty,
    wallTime: report ? milliseconds(elapsedNs(report)) : 0,
    queueTime: evidence.queueTime,
    usage: Object.freeze(usageOf(evidence)),
    limits: Object.freeze(limitsInForce(evidence)),
    ...endOf(evidence),
    ...(where ? { where } : {}),
    ...(overLimit.length > 0 ? { overLimit } : {}),
    ...(launch ? { launch: Object.freeze({ step: launch.step, errno: launch.errno, code: errnoName(launch.errno) }) } : {}),
    ...outputOf(evidence),
    isolation,
    ...(isolationNote === undefined ? {} : { isolationNote }),
  }
}

// After Done the worker waits for the keeper's SIGKILL, after a failed step our own child exits: such an end says nothing
// about the job.
function endOf({ report }: Evidence): { exitCode: number | null; signal: NodeJS.Signals | null } {
  if (!report || report.done || report.failedStep !== 0) return { exitCode: null, signal: null }
  return { exitCode: report.exitCode < 0 ? null : report.exitCode, signal: signalName(report.signal) }
}

function usageOf({ report }: Evidence): Usage {
  return {
    cpuTime: milliseconds((report?.userNs ?? 0) + (report?.systemNs ?? 0)),
    userTime: milliseconds(report?.userNs ?? 0),
    systemTime: milliseconds(report?.systemNs ?? 0),
    peakMemory: report?.peakMemory ?? 0,
    ...(report && report.peakTreeMemory >= 0 ? { peakTreeMemory: report.peakTreeMemory } : {}),
    peakProcesses: report?.peakProcesses ?? 0,
    leftovers: report?.leftovers ?? 0,
    contextSwitches: report?.contextSwitches ?? 0,
    readBytes: report?.readBytes ?? 0,
    writtenBytes: report?.writtenBytes ?? 0,
  }
}

const plain = ['memory', 'addressSpace', 'processes', 'fileSize', 'openFiles', 'stack', 'coreSize'] as const
const timed = { cpuTime: 'cpuNs', wallTime: 'wallNs', gracePeriod: 'graceNs' } as const

// A keeper hears the limits when the job starts; until then the ones asked for are all there is.
function limitsInForce(evidence: Evidence): ResolvedLimits {
  const { target, report, outputSize, resultSize } = evidence
  const started = report && (target === 'command' ? report.launched : report.began)
  const native: NativeLimits = started ? report.limits : evidence.limits
  const limits: { -readonly [K in keyof Limits]?: number } = {}
  for (const name of plain) if (native[name] >= 0) limits[name] = native[name]
  for (const name of ['cpuTime', 'wallTime', 'gracePeriod'] as const) {
    if (native[timed[name]] >= 0) limits[name] = milliseconds(native[timed[name]])
  }
  return { ...limits, outputSize, ...(target === 'function' ? { resultSize } : {}) }
}

function outputOf({ stdout, stderr, encoding }: Evidence): object {
  const truncated = [...(stdout?.truncated ? ['stdout'] : []), ...(stderr?.truncated ? ['stderr'] : [])]
  return {
    ...(stdout ? { stdout: decode(stdout, encoding) } : {}),
    ...(stderr ? { stderr: decode(stderr, encoding) } : {}),
    ...(truncated.length > 0 ? { truncated: Object.freeze(truncated) } : {}),
  }
}

// A character that the cut went through is left out. Text longer than V8's longest string stays as bytes.
function decode({ bytes, truncated }: CapturedStream, encoding: Evidence['encoding']): string | Uint8Array {
  if (encoding === 'buffer') return bytes
  try {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: truncated })
  } catch {
    return bytes
  }
}

function seal(outcome: object): object {
  const toJSON = () => jsonSafe({ ...outcome })
  return Object.freeze(Object.defineProperty(outcome, 'toJSON', { value: toJSON, enumerable: false }))
}

// Not util.getSystemErrorName: libuv does not know them all (ENOEXEC).
function errnoName(errno: number): string {
  return Object.entries(constants.errno).find(([, number]) => number === errno)?.[0] ?? ''
}

function milliseconds(nanoseconds: number): number {
  return Math.round(nanoseconds) / 1e6
}
