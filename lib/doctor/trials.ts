// What each rung of the ladder must be able to do here, tried for real in a throw-away child.
import type { CommandOptions, Limits, Outcome, Rung } from '../types.js'

/** Runs a command under limits; handed in, since this stage starts nothing by itself. */
export type RunCommand = (command: string, args: readonly string[], options: CommandOptions) => Promise<Outcome<undefined>>
/** Runs the expression of a function in a worker under limits. */
export type RunFunction = (fn: () => unknown, options: Limits) => Promise<Outcome<unknown>>

export interface Runners {
  readonly command: RunCommand
  readonly function: RunFunction
}

export interface Trial {
  readonly limit: Rung['limit']
  readonly mechanism: string
  readonly attempt: (run: Runners) => Promise<Outcome<unknown>>
  /** True when the outcome shows that the mechanism works. */
  readonly shows: (outcome: Outcome<unknown>) => boolean
  readonly remedy: string
}

const SECOND = 1000
const MEBIBYTE = 1024 ** 2
const shell = (run: Runners, script: string, options: CommandOptions) =>
  run.command('/bin/sh', ['-c', script], { wallTime: 5 * SECOND, ...options })
const endedBy =
  (kind: string, ...reasons: string[]) =>
  (outcome: Outcome<unknown>) =>
    outcome.kind === kind && reasons.includes(outcome.reason)

/**
 * Uses 45 ms of CPU time and then none. The kernel looks at timers of CPU time at its ticks (10 ms where they are rare), and then the
 * keeper's sum lets the worker's timer be first by 20 ms of CPU time: of a function that went on, loaded cores might leave the timer's
 * thread waiting for longer than that.
 */
const useCpu = async () => {
  const before = process.cpuUsage()
  const used = () => {
    const { user, system } = process.cpuUsage(before)
    return user + system // microseconds
  }
  while (used() < 45_000);
  await new Promise((resolve) => setTimeout(resolve, 4000))
}

/** Reads a limit back from /proc/self/limits of the child. */
const readBack = (limit: keyof Limits, name: string, value: number): Trial => ({
  limit,
  mechanism: `prlimit64(2) ${name}`,
  attempt: (run) => shell(run, 'cat /proc/self/limits', { [limit]: value }),
  shows: ({ stdout }) => new RegExp(`^.*\\s${value}\\s+${value}\\s`, 'm').test(String(stdout)),
  remedy: 'raise the hard limit of the host (ulimit -H) above the value that is asked for',
})

export const trials: readonly Trial[] = [
  {
    limit: 'isolation',
    mechanism: "a fresh Node for each call ('exec')",
    attempt: (run) => run.function(() => 42, {}),
    shows: (outcome) => outcome.kind === 'Ok' && outcome.value === 42,
    remedy: 'see the reason; a worker needs RLIMIT_AS and RLIMIT_DATA above the floors',
  },
  {
    limit: 'memory',
    mechanism: "V8's heap limit and RLIMIT_DATA, set in the worker above its own use",
    attempt: (run) => run.function(() => Buffer.alloc(64 * 1024 ** 2).length, { memory: 16 * MEBIBYTE }),
    shows: endedBy('Memorylimit', 'data', 'heap', 'address-space'),
    remedy: 'see the reason',
  },
  {
    limit: 'memory',
    mechanism: "the keeper's sum over the job's tree",
    attempt: (run) => shell(run, 'tail /dev/zero & tail /dev/zero & tail /dev/zero & wait', { memory: 48 * MEBIBYTE }),
    shows: endedBy('Memorylimit', 'tree', 'cgroup'),
    remedy: 'mount /proc without hidepid for the user of the host',
  },
  {
    limit: 'cpuTime',
    mechanism: "the worker's own CPU timer (CLOCK_PROCESS_CPUTIME_ID)",
    attempt: (run) => run.function(useCpu, { cpuTime: 30 }),
    shows: endedBy('CpuTimeout', 'worker-clock'),
    remedy: 'see the reason',
  },
  {
    limit: 'cpuTime',
    mechanism: "the keeper's sum of the tree's CPU clocks",
    attempt: (run) => shell(run, 'while :; do :; done', { cpuTime: 30 }),
    shows: endedBy('CpuTimeout', 'tree-clock'),
    remedy: 'see the reason',
  },
  {
    limit: 'wallTime',
    mechanism: "the keeper's timerfd (CLOCK_MONOTONIC)",
    attempt: (run) => shell(run, 'sleep 4', { wallTime: 30 }),
    shows: endedBy('Timeout', 'wall'),
    remedy: 'see the reason',
  },
  {
    limit: 'leftovers',
    mechanism: 'subreaper: the keeper kills until it has no descendant',
    attempt: (run) => shell(run, 'setsid sleep 30 & exit 0', {}),
    shows: ({ kind, usage }) => kind === 'Ok' && usage.leftovers >= 1,
    remedy: 'see the reason',
  },
  readBack('fileSize', 'RLIMIT_FSIZE', 8 * MEBIBYTE),
  readBack('openFiles', 'RLIMIT_NOFILE', 64),
  readBack('stack', 'RLIMIT_STACK', 4 * MEBIBYTE),
  readBack('coreSize', 'RLIMIT_CORE', 0),
]
