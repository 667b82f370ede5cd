// Commands and stand-in workers under a keeper, judged by the report alone.
import { type NativeLimits, type NativePlan, type NativeReport, native } from '#lib/native.js'
import { command, launched, unlimited } from './launched.js'
import { ending } from './poll.js'
import { program } from './programs.js'

export const MS = 1e6 // ns
export const MB = 1e6 // bytes

/** A plan for a shell script under limits. */
export function script(text: string, limits: Partial<NativeLimits> = {}): NativePlan {
  return { ...command(text), limits: { ...unlimited, graceNs: 0, ...limits } }
}

/** A plan for one of test/fixtures/programs under limits. */
export function fixed(name: string, args: readonly (string | number)[], limits: Partial<NativeLimits> = {}): NativePlan {
  return { ...script('', limits), files: [program(name)], argv: [name, ...args.map(String)] }
}

export interface Kept {
  readonly report: NativeReport
  readonly output: string
}

/** Runs a command to its end. */
export async function kept(plan: NativePlan): Promise<Kept> {
  const run = launched(plan)
  await ending(run.gone)
  if (!run.report) throw new Error('the keeper is gone without a report')
  return { report: run.report, output: run.text(1) + run.text(2) }
}

/** Runs test/fixtures/programs/evidence_peer.c as a worker: Start and a job's message are sent at once. */
export async function peer(mode: string, limits: Partial<NativeLimits> = {}, plan: Partial<NativePlan> = {}): Promise<Kept> {
  const base = { ...fixed('evidence_peer', [mode]), command: false, ...plan }
  const run = launched({ ...base, keeper: native().keeperPath })
  await ending(run.launched)
  const token = 0x1234_5678_9abc_def0n
  run.keeper.start(token, { ...unlimited, graceNs: 0, ...limits })
  run.keeper.send(2, token, new Uint8Array(4), [])
  await ending(run.gone)
  if (!run.report) throw new Error('the keeper is gone without a report')
  return { report: run.report, output: run.text(1) + run.text(2) }
}

/** The causes of a report, by number. */
export function causes(report: NativeReport): number[] {
  return report.causes.map((each) => each.cause)
}

/** How long the job lasted, and how long nothing of it needed to be gone after its end; ms. */
export function lasted(report: NativeReport): { readonly job: number; readonly cleaning: number } {
  return { job: (report.endNs - report.beginNs) / MS, cleaning: (report.cleanNs - report.endNs) / MS }
}
