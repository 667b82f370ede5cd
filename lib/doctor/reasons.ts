// Why a rung is missing, in words: what its keeper met, and what this machine says of itself.
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { type CgroupPlaces, whyNoGroups } from '../launch/cgroup-places.js'
import type { NativeReport } from '../native.js'
import { type RungName, rungErrors, rungNames, stepName } from '../plan/index.js'

interface Origin {
  /** The call that the errno is of. */
  readonly call: string
  /** Hierarchies in one of which it needs a group. */
  readonly groups?: readonly (keyof CgroupPlaces)[]
  /** Another rung, without which there is none of this one. */
  readonly as?: RungName
  /** Files that say more. */
  readonly settings?: readonly string[]
}

const YAMA = '/proc/sys/kernel/yama/ptrace_scope'

const origins: Readonly<Record<RungName, Origin>> = {
  'memory-cgroup': { call: 'its group or its memory limit', groups: ['memory', 'unified'] },
  'cpu-cgroup': { call: 'its group', groups: ['unified', 'cpuacct'] },
  'pids-cgroup': { call: 'its group or pids.max', groups: ['pids', 'unified'] },
  'cgroup-kill': { call: 'cgroup.kill', groups: ['unified'] },
  'fork-trace': { call: 'ptrace(PTRACE_SEIZE) or seccomp(2)', settings: [YAMA] },
  'fork-listener': { call: 'seccomp(2)' },
  'allocation-trace': { call: 'ptrace(PTRACE_SEIZE) or seccomp(2)', as: 'fork-trace', settings: [YAMA] },
  'user-namespace': {
    call: 'unshare(CLONE_NEWUSER)',
    settings: ['/proc/sys/user/max_user_namespaces', '/proc/sys/kernel/unprivileged_userns_clone'],
  },
}

/** One sentence: the error that was met, the place that is missing, and what served instead. */
export function whyMissing(name: RungName, report: NativeReport): string {
  const { call, groups = [], as = name, settings = [] } = origins[name]
  const errno = rungErrors(report.rungErrors)[as]
  const met = errno === undefined ? [] : [`${call}: ${codeOf(errno)}`]
  const places = groups.map(whyNoGroups).filter((reason) => reason !== '')
  const noPlace = places.length === groups.length ? places : []
  return [...met, ...noPlace, ...settings.flatMap(settingOf), instead(report)].join('; ')
}

function instead({ rungs, failedStep, failedErrno }: NativeReport): string {
  if (failedStep !== 0) return `the trial did not start: step '${stepName(failedStep)}' ${codeOf(failedErrno)}`
  const served = rungNames(rungs)
  return `a trial was served by ${served.length > 0 ? served.join(', ') : 'none of these rungs'}`
}

function codeOf(errno: number): string {
  return Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`
}

/** A sysctl as its name and value, where the kernel has it. */
function settingOf(path: string): string[] {
  try {
    return [`${path.replace('/proc/sys/', '').replaceAll('/', '.')} is ${readFileSync(path, 'utf8').trim()}`]
  } catch {
    return []
  }
}
