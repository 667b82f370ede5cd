// The rungs that not every machine has: a command under limits, once with all of them and once for each that is used only
// where a better one fails, and what its keeper says served it.
import { cgroupsForJob } from '../launch/cgroup-places.js'
import { type NativePlan, native } from '../native.js'
import { noLimits, type RungName, rungFlags, rungNames } from '../plan/index.js'
import type { Rung } from '../types.js'

interface Step {
  readonly name: RungName
  readonly limit: Rung['limit']
  readonly mechanism: string
  /** Better rungs, which must be left out for this one to serve: it is then a fallback. */
  readonly below?: readonly RungName[]
  readonly remedy: string
}

const GROUPS =
  'let the host make control groups below its own: run it in a systemd unit with Delegate=yes, or in a container with --cgroupns=private and a writable /sys/fs/cgroup'
const CONTROLLERS = `${GROUPS}; v2: the host sits in a leaf group, and its parent's cgroup.subtree_control has the controller`
const PTRACE = 'sysctl kernel.yama.ptrace_scope below 3; Docker: a seccomp profile that allows ptrace, or --cap-add=SYS_PTRACE'

const steps: readonly Step[] = [
  { name: 'memory-cgroup', limit: 'memory', mechanism: 'commands: a memory cgroup of their own', remedy: CONTROLLERS },
  { name: 'cpu-cgroup', limit: 'cpuTime', mechanism: "a cgroup's CPU account beside the tree's clocks", remedy: GROUPS },
  { name: 'cgroup-kill', limit: 'leftovers', mechanism: 'cgroup.kill', remedy: `Linux 5.14 or later; ${GROUPS}` },
  { name: 'allocation-trace', limit: 'evidence', mechanism: "'exact': ptrace of refused allocations", remedy: PTRACE },
  {
    name: 'pids-cgroup',
    limit: 'processes',
    mechanism: 'N, without ptrace: a pids cgroup and a look at the tree',
    below: ['fork-trace'],
    remedy: CONTROLLERS,
  },
  {
    name: 'fork-listener',
    limit: 'processes',
    mechanism: 'N, without both: seccomp user notification',
    below: ['fork-trace', 'pids-cgroup'],
    remedy: 'Linux 5.0 or later; a container profile that allows seccomp(2)',
  },
]

/** Tries each for real. Never rejects. */
export async function examineLadder(): Promise<readonly Rung[]> {
  return Promise.all(steps.map(tryStep))
}

async function tryStep({ name, limit, mechanism, below = [], remedy }: Step): Promise<Rung> {
  try {
    const served = rungNames(await rungsOf(below))
    if (served.includes(name)) return { limit, mechanism, state: below.length > 0 ? 'available' : 'used' }
    return { limit, mechanism, state: 'missing', why: whyNot(name, served), remedy }
  } catch (error) {
    return { limit, mechanism, state: 'missing', why: String(error), remedy }
  }
}

function whyNot(name: RungName, served: readonly RungName[]): string {
  const instead = `a trial was served by ${served.length > 0 ? served.join(', ') : 'none of these'}`
  const noPlace = name.includes('cgroup') && cgroupsForJob().length === 0
  return noPlace ? `the host may not make groups below its own; ${instead}` : instead
}

/** Runs /bin/sh under limits that ask for every rung; resolves to RungFlags. */
function rungsOf(without: readonly RungName[]): Promise<number> {
  const { addon, keeperPath } = native()
  return new Promise((resolve, reject) => {
    let rungs: number | undefined
    addon.launch(trialPlan(keeperPath, without), {
      launched: () => {},
      message: () => {},
      garbage: () => {},
      report: (report) => {
        rungs = report.rungs
      },
      gone: (status) => (rungs === undefined ? reject(new Error(`the keeper ended with status ${status}`)) : resolve(rungs)),
    })
  })
}

const MEBIBYTE = 1024 ** 2
const SECOND = 1e9 // ns

function trialPlan(keeper: string, without: readonly RungName[]): NativePlan {
  return {
    keeper,
    command: true,
    files: ['/bin/sh'],
    argv: ['sh', '-c', 'exit 0'],
    env: [],
    cwd: '',
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'ignore',
    outputSize: 0,
    limits: { ...noLimits, memory: 256 * MEBIBYTE, cpuNs: SECOND, wallNs: 5 * SECOND, processes: 2 },
    nice: 0,
    uid: -1,
    gid: -1,
    noNewPrivs: false,
    stopSignal: 15,
    bootNs: 5 * SECOND,
    exact: without.length === 0,
    cgroups: cgroupsForJob(),
    without: rungFlags(without),
  }
}
