// Limits that the usage exceeds, whoever ended the job.
import type { NativeReport } from '../native.js'
import type { Evidence } from '../supervise/evidence.js'
import type { Limits } from '../types.js'
import { cause, causeRow } from './causes.js'

/** User and system time of the whole tree, in nanoseconds. */
export function usedCpuNs({ userNs, systemNs }: NativeReport): number {
  return userNs + systemNs
}

/** From the start of the job to its end, in nanoseconds; 0 when it never began. */
export function elapsedNs({ beginNs, endNs }: NativeReport): number {
  return beginNs > 0 && endNs > beginNs ? endNs - beginNs : 0
}

const measures: Partial<Record<keyof Limits, (report: NativeReport) => readonly [used: number, limit: number]>> = {
  // Not peakMemory: what is resident may be a file's pages, which the limit does not count.
  memory: (report) => [report.peakTreeMemory, report.limits.memory],
  cpuTime: (report) => [usedCpuNs(report), report.limits.cpuNs],
  wallTime: (report) => [elapsedNs(report), report.limits.wallNs],
  processes: (report) => [report.peakProcesses - 1, report.limits.processes],
}

/** In the order of the limits' table: by the figures, or by a cause that was recorded too late to decide. */
export function limitsExceeded({ report }: Evidence): readonly (keyof Limits)[] {
  if (!report) return []
  const late = new Set(report.causes.map((record) => lateLimit(record.cause)))
  return (Object.keys(measures) as (keyof Limits)[]).filter((name) => {
    const [used, limit] = measures[name]?.(report) ?? [0, -1]
    return limit >= 0 && (used > limit || late.has(name))
  })
}

// A note is a refusal, which kept the usage below the limit; the wall clock goes on after the job's end, so its figure decides.
function lateLimit(number: number): keyof Limits | undefined {
  const row = causeRow(number)
  return row?.note || number === cause.wall ? undefined : row?.limit
}
