// One sentence for each way to fail: the job, the limit, its value, the usage.
import type { Evidence } from '../supervise/evidence.js'
import type { FailureKind, Limits, ResolvedLimits, Usage } from '../types.js'
import { bytesText, durationText, peakOf, processesText } from './quantities.js'

/** What a message may mention. */
export interface Told {
  readonly evidence: Evidence
  readonly reason: string
  readonly limit: keyof Limits | undefined
  readonly limits: ResolvedLimits
  readonly usage: Usage
  readonly wallTime: number
  readonly exitCode: number | null
  readonly signal: string | null
  readonly launch: { readonly step: string; readonly errno: number; readonly code: string } | undefined
  readonly detail: string | undefined
}

const byKind: Readonly<Record<FailureKind, (told: Told) => string>> = {
  CpuTimeout: ({ limits, usage }) =>
    `used up its limit cpuTime of ${durationText(limits.cpuTime ?? 0)}; with all its processes it used ${durationText(usage.cpuTime)} of CPU time`,
  Timeout: ({ limits, wallTime }) =>
    `ran into its limit wallTime of ${durationText(limits.wallTime ?? 0)}; it took ${durationText(wallTime)}`,
  Memorylimit: ({ limit = 'memory', limits, usage, detail }) => {
    const [most, peak] = [limits[limit] ?? 0, peakOf(usage)]
    return `needed more than its limit ${limit} of ${bytesText(most)}; its peak was ${bytesText(peak, most)}${detail === undefined ? '' : ` (${detail})`}`
  },
  Subprocess: ({ limits, usage }) =>
    `wanted to start a process above its limit processes of ${limits.processes ?? 0}; at most ${processesText(usage.peakProcesses)} ran, itself included`,
  Anything: (told) => (byReason[told.reason] ?? (() => `ended: ${told.reason}`))(told),
}

const byReason: Readonly<Record<string, (told: Told) => string>> = {
  threw: ({ evidence: { reply } }) => `threw ${reply?.type === 'threw' ? summary(reply.error) : 'an error'}`,
  exited: ({ evidence, exitCode }) =>
    `exited with code ${exitCode}${evidence.target === 'function' ? ' before it gave a result' : ''}`,
  signaled: ({ signal }) => `died by ${signal ?? 'a signal'}, which stint did not send`,
  aborted: () => 'was aborted',
  unserializable: ({ evidence: { reply } }) =>
    reply?.type === 'unserializable'
      ? `has a value that cannot travel: ${reply.path} is ${reply.what}`
      : 'has a value that cannot travel',
  'too-large': ({ evidence: { reply }, limits: { resultSize = 0 } }) =>
    `gave a result of ${bytesText(reply?.type === 'too-large' ? reply.size : 0, resultSize)}, above its limit resultSize of ${bytesText(resultSize)}`,
  'launch-failed': launchFailed,
  unsettled: () => 'never settled its promise: its event loop ran dry',
  lost: ({ detail }) => `was lost: ${detail ?? 'nobody saw its end'}`,
}

/** One sentence that names the job, the limit, its value and the usage. */
export function messageOf(kind: FailureKind, told: Told): string {
  return `${told.evidence.name} ${byKind[kind](told)}.`
}

function launchFailed({ launch, exitCode, signal }: Told): string {
  if (!launch) return 'could not be started'
  if (launch.errno !== 0) return `could not be started: step ${launch.step} failed with ${launch.code}`
  return `could not be started: its process ended while it booted, ${signal ? `by ${signal}` : `with code ${exitCode}`}`
}

// Errors in one line; anything else that was thrown only by its type, since it may be of any size.
function summary(error: unknown): string {
  if (!(error instanceof Error)) return `a value of type ${error === null ? 'null' : typeof error}`
  const [first = ''] = String(error.message).split('\n', 1)
  const text = `${error.name}${first === '' ? '' : `: ${first.slice(0, 200)}`}`
  return text.replace(/\.$/, '')
}
