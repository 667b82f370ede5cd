// One command, straight through: options -> plan -> launch -> supervise -> evidence -> judge -> outcome.
import { cgroupsForJob } from './launch/cgroup-places.js'
import { clearLeftBehind } from './launch/left-behind.js'
import { type NativePlan, native } from './native.js'
import type { ParsedCommandOptions, ParsedLimits } from './options/index.js'
import { type HostFacts, nativeLimits, type Plan, planCommand, rungFlags, withoutRungs } from './plan/index.js'
import type { Evidence } from './supervise/evidence.js'
import type { Observed } from './supervise/observed.js'
import { type SupervisedCommand, superviseCommand } from './supervise/supervise-command.js'
import type { Outcome } from './types.js'
import { conclude } from './verdict/index.js'

type Facts = Omit<Evidence, keyof Observed | 'queueTime' | 'aborted'>

/** A command under way. */
export interface RunningCommand {
  readonly supervised: SupervisedCommand
  readonly outcome: Promise<Outcome<undefined>>
}

/**
 * Starts a command.
 * @throws StintError about its arguments, or when there is no native build
 */
export function runCommand(options: ParsedCommandOptions, command: string, args: readonly string[]): RunningCommand {
  const facts = commandFacts(options, command)
  const { addon, keeperPath } = native()
  const plan = withKeeper(planCommand(options, command, args, hostFacts()), keeperPath, options.limits)
  const capture = { stdout: options.stdout === 'capture', stderr: options.stderr === 'capture' }
  const { signal } = options
  const supervised = superviseCommand((events) => addon.launch(plan, events), { signal, capture })
  const outcome = supervised.observed.then(async (observed) => {
    if (!observed.report) await clearLeftBehind(plan.cgroups, supervised.pid) // nobody else does: its keeper was killed
    const aborted = signal?.aborted ? { aborted: { reason: signal.reason } } : {}
    return conclude({ ...facts, ...observed, queueTime: 0, ...aborted })
  }) as Promise<Outcome<undefined>>
  return { supervised, outcome }
}

function commandFacts(options: ParsedCommandOptions, command: string): Facts {
  return {
    target: 'command',
    name: options.name ?? command,
    isolation: 'exec',
    limits: nativeLimits(options.limits),
    outputSize: options.limits.outputSize,
    resultSize: options.limits.resultSize,
    encoding: options.encoding,
  }
}

/**
 * The plan with the executable that carries it out, and the control groups that it may make: they cost a fifth of a
 * millisecond each, so a command has only those that serve its limits. A worker learns its limits when it is booted.
 * @param limits none: a template, whose workers are no part of its own groups
 */
export function withKeeper(plan: Plan, keeper: string, limits?: Partial<ParsedLimits>): NativePlan {
  const without = withoutRungs(process.env)
  const served = limits !== undefined && (!plan.command || needsGroups(limits))
  return { ...plan, keeper, cgroups: served ? cgroupsForJob(without) : [], without: rungFlags(without) }
}

function needsGroups({ memory, cpuTime, processes }: Partial<ParsedLimits>): boolean {
  return memory !== undefined || cpuTime !== undefined || processes !== undefined
}

/** What a plan takes from this process. */
export function hostFacts(): HostFacts {
  return { env: process.env, execPath: process.execPath, execArgv: process.execArgv }
}
