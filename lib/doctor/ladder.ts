// The rungs that not every machine has: a command under limits for each, with the better ones left out where it is used only
// when they fail, and what its keeper says served it, or why it did not.
import { cgroupsForJob } from '../launch/cgroup-places.js'
import { type NativePlan, type NativeReport, native } from '../native.js'
import { noLimits, type RungName, rungFlags, rungNames, withoutRungs } from '../plan/index.js'
import type { Rung } from '../types.js'
import { whyMissing } from './reasons.js'

interface Step {
  /** None: every machine has it, and it serves where a tree that is too large is ended. */
  readonly name?: RungName
  readonly limit: Rung['limit']
  readonly mechanism: string
  /** Better rungs, which are left out of its trial: it is used where this machine has none of them. */
  readonly below?: readonly RungName[]
  /** Processes that the trial is allowed. */
  readonly processes?: number
  /** It serves jobs of plain users alone. */
  readonly plainUsers?: boolean
  readonly remedy: string
}

const GROUPS =
  'let the host make control groups below its own: run it in a systemd unit with Delegate=yes, or in a container with --cgroupns=private and a writable /sys/fs/cgroup'
const CONTROLLERS = `${GROUPS}; v2: the host sits in a leaf group, and its parent's cgroup.subtree_control has the controller`
const PTRACE = 'sysctl kernel.yama.ptrace_scope below 3; Docker: a seccomp profile that allows ptrace, or --cap-add=SYS_PTRACE'
const SECCOMP = 'Linux 5.0 or later; a container profile that allows seccomp(2)'
const NAMESPACES =
  'sysctl user.max_user_namespaces above 0 (Debian: kernel.unprivileged_userns_clone=1), a container profile that allows unshare(2)'

const steps: readonly Step[] = [
  { name: 'memory-cgroup', limit: 'memory', mechanism: 'a memory cgroup of its own', remedy: CONTROLLERS },
  { name: 'cpu-cgroup', limit: 'cpuTime', mechanism: "a cgroup's CPU account beside the tree's clocks", remedy: GROUPS },
  {
    name: 'fork-listener',
    limit: 'processes',
    mechanism: '0: seccomp user notification on the fork family',
    processes: 0,
    remedy: SECCOMP,
  },
  { name: 'fork-trace', limit: 'processes', mechanism: 'N: ptrace of the fork family, stopped by seccomp', remedy: PTRACE },
  {
    name: 'pids-cgroup',
    limit: 'processes',
    mechanism: 'N, without ptrace: a pids cgroup and a look at the tree',
    below: ['fork-trace'],
    remedy: CONTROLLERS,
  },
  {
    name: 'user-namespace',
    limit: 'processes',
    mechanism: 'N, without both, not as root: RLIMIT_NPROC in a user namespace and a look at the tree',
    below: ['fork-trace', 'pids-cgroup'],
    plainUsers: true,
    remedy: NAMESPACES,
  },
  {
    name: 'fork-listener',
    limit: 'processes',
    mechanism: 'N, without all three: seccomp user notification',
    below: ['fork-trace', 'pids-cgroup', 'user-namespace'],
    remedy: SECCOMP,
  },
  {
    limit: 'processes',
    mechanism: 'without any of them: a look at the tree every few milliseconds',
    below: ['fork-trace', 'pids-cgroup', 'user-namespace', 'fork-listener'],
    remedy: 'mount /proc without hidepid for the user of the host',
  },
  { name: 'cgroup-kill', limit: 'leftovers', mechanism: 'cgroup.kill', remedy: `Linux 5.14 or later; ${GROUPS}` },
  { name: 'allocation-trace', limit: 'evidence', mechanism: "'exact': ptrace of refused allocations", remedy: PTRACE },
]

/** Tries each for real. Never rejects. */
export async function examineLadder(): Promise<readonly Rung[]> {
  const tried = await Promise.all(steps.map(tryStep))
  const here = new Set(steps.filter((_, index) => tried[index]?.state === 'used').map(({ name }) => name))
  return tried.map((rung, index) =>
    rung.state === 'used' && !isUsed(steps[index] as Step, here) ? { ...rung, state: 'available' } : rung,
  )
}

/** Whether jobs of this host's user come to this rung, given those that this machine has. */
function isUsed({ name, below = [], plainUsers = false }: Step, here: ReadonlySet<RungName | undefined>): boolean {
  if (plainUsers && isRoot()) return false
  return !below.some((better) => better !== name && here.has(better) && !(better === 'user-namespace' && isRoot()))
}

async function tryStep(step: Step): Promise<Rung> {
  const { name, limit, mechanism, remedy } = step
  try {
    const report = await trialOf(step)
    if (serves(step, report)) return { limit, mechanism, state: 'used' }
    const why = name === undefined ? 'a tree that was too large was not ended' : whyMissing(name, report)
    return { limit, mechanism, state: 'missing', why, remedy }
  } catch (error) {
    return { limit, mechanism, state: 'missing', why: String(error), remedy }
  }
}

function serves({ name }: Step, report: NativeReport): boolean {
  return name === undefined ? report.killed && report.peakProcesses > 1 + allowed : rungNames(report.rungs).includes(name)
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

const allowed = 2 // processes, unless a step says otherwise
const tooMany = `${'sleep 1 & '.repeat(allowed + 1)}wait`

/** Runs /bin/sh under limits that ask for the rung. */
function trialOf(step: Step): Promise<NativeReport> {
  const { addon, keeperPath } = native()
  return new Promise((resolve, reject) => {
    let heard: NativeReport | undefined
    addon.launch(trialPlan(keeperPath, step), {
      launched: () => {},
      message: () => {},
      garbage: () => {},
      report: (report) => {
        heard = report
      },
      gone: (status) => (heard ? resolve(heard) : reject(new Error(`the keeper ended with status ${status}`))),
    })
  })
}

const MEBIBYTE = 1024 ** 2
const SECOND = 1e9 // ns
const NOBODY = 65_534 // whoever it is: a user that is not root

function trialPlan(keeper: string, { name, below = [], processes = allowed, plainUsers }: Step): NativePlan {
  const id = plainUsers === true && isRoot() ? NOBODY : -1
  const without = [...withoutRungs(process.env), ...below]
  return {
    keeper,
    command: true,
    files: ['/bin/sh'],
    argv: ['sh', '-c', name === undefined ? tooMany : 'exit 0'],
    env: name === undefined ? 'PATH=/usr/bin:/bin\0' : '',
    cwd: '/',
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'ignore',
    outputSize: 0,
    limits: { ...noLimits, memory: 256 * MEBIBYTE, cpuNs: SECOND, wallNs: 5 * SECOND, processes },
    nice: 0,
    uid: id,
    gid: id,
    noNewPrivs: false,
    stopSignal: 15,
    bootNs: 5 * SECOND,
    exact: name === 'allocation-trace',
    cgroups: cgroupsForJob(without),
    without: rungFlags(without),
  }
}
