// Names of the steps of a launch, the newest last. The mirror of `enum class Step` in native/support/wire.h, in the same order.

const names = [
  'none',
  'clone',
  'keeper',
  'plan',
  'subreaper',
  'fork',
  'parent-death',
  'session',
  'stdio',
  'cwd',
  'nice',
  'cgroup',
  'rlimit-as',
  'rlimit-data',
  'rlimit-cpu',
  'rlimit-nproc',
  'rlimit-fsize',
  'rlimit-nofile',
  'rlimit-stack',
  'rlimit-core',
  'groups',
  'gid',
  'uid',
  'no-new-privs',
  'seccomp',
  'ptrace',
  'signals',
  'exec',
  'boot',
  'user-namespace',
] as const

/** The name of one step of a launch. */
export type StepName = (typeof names)[number]

/** @returns the step's name; a number that this version does not know is shown as it is */
export function stepName(step: number): StepName | `step ${number}` {
  return names[step] ?? `step ${step}`
}

/** @returns the step's number in wire.h */
export function stepNumber(name: StepName): number {
  return names.indexOf(name)
}
