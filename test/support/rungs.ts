// The rungs of a limit, each forced by leaving out those above it: the same behaviours must hold over every one.
import { type TestContext, test } from 'node:test'
import { cgroupsForJob } from '#lib/launch/cgroup-places.js'
import type { NativePlan, NativeReport } from '#lib/native.js'
import { type RungName, rungFlags, rungNames } from '#lib/plan/index.js'

/** One rung, and how a plan comes to stand on it. */
export interface Rung {
  readonly title: string
  /** What the report must name when the machine has it; none: the rung that every machine has. */
  readonly served?: RungName
  /** Hierarchies that must be there for it; where none of them is, the rung below serves, and the behaviours hold as well. */
  readonly needs?: readonly ('unified' | 'memory' | 'cpuacct' | 'pids')[]
  readonly without: readonly string[]
}

/** The plan on that rung. */
export function on(rung: Rung, plan: NativePlan): NativePlan {
  return { ...plan, cgroups: cgroupsForJob(rung.without), without: rungFlags(rung.without) }
}

/** What is wrong with the rung that served, or nothing. */
export function wrongRung(rung: Rung, report: NativeReport): string | undefined {
  const served = rungNames(report.rungs)
  const unwanted = served.filter((name) => rung.without.includes(name))
  if (unwanted.length > 0) return `served by ${unwanted.join()}, which was left out`
  if (rung.served === undefined || !isHere(rung) || served.includes(rung.served)) return undefined
  return `served by ${served.join() || 'none'} instead of ${rung.served}`
}

function isHere({ needs, without }: Rung): boolean {
  const [, unified = '', memory = '', cpuacct = '', pids = ''] = cgroupsForJob(without)
  const places = { unified, memory, cpuacct, pids }
  return needs === undefined || needs.some((name) => places[name] !== '')
}

/** A behaviour over every rung. */
export function overEvery<R extends Rung>(
  rungs: readonly R[],
  title: string,
  body: (rung: R, context: TestContext) => Promise<void>,
): void {
  for (const rung of rungs) test(`${title}, by ${rung.title}`, (context) => body(rung, context))
}
