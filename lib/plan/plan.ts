// What the plans of commands and workers have in common.
import type { NativePlan } from '../native.js'
import type { ParsedCommandOptions, ParsedFunctionOptions } from '../options/parsed.js'

/** Frozen plain data: all that is needed to start a job, but for what the launch stage knows of the machine. */
export type Plan = Omit<NativePlan, 'keeper' | 'cgroups' | 'without'>

type Shared = 'cwd' | 'stdin' | 'stdout' | 'stderr' | 'outputSize' | 'nice' | 'uid' | 'gid' | 'noNewPrivs' | 'bootNs' | 'exact'

/** From launch to a booted worker, the user's module imported: a worker may hang under limits it inherits, so there is an end. */
export const bootDeadlineMs = 30_000

/** The members of a plan that come straight from the options. */
export function commonPlan(options: ParsedCommandOptions | ParsedFunctionOptions): Pick<Plan, Shared> {
  return {
    cwd: options.cwd ?? '',
    stdin: options.stdin,
    stdout: options.stdout,
    stderr: options.stderr,
    outputSize: Number.isFinite(options.limits.outputSize) ? options.limits.outputSize : -1,
    nice: options.nice ?? 0,
    uid: options.uid ?? -1,
    gid: options.gid ?? -1,
    noNewPrivs: options.noNewPrivs,
    bootNs: bootDeadlineMs * 1e6,
    exact: options.evidence === 'exact',
  }
}
