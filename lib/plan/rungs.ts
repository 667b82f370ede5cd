// Names of the mechanisms that not every machine has. The mirror of `enum RungFlags` in native/support/wire.h, in its order.

const names = [
  'memory-cgroup',
  'cpu-cgroup',
  'pids-cgroup',
  'cgroup-kill',
  'fork-trace',
  'fork-listener',
  'allocation-trace',
  'user-namespace',
] as const

export type RungName = (typeof names)[number]

/** Internal: a list of rungs, separated by commas, that jobs of this host do without. Tests of the rungs below set it. */
export const withoutVariable = 'STINT_WITHOUT'

/** @returns the flags of a report as names */
export function rungNames(flags: number): readonly RungName[] {
  return names.filter((_, bit) => (flags & (1 << bit)) !== 0)
}

/** @returns the errno that each rung was refused with, by name; the list is that of a report */
export function rungErrors(errors: readonly number[]): Partial<Record<RungName, number>> {
  return Object.fromEntries(names.flatMap((name, bit) => (errors[bit] ? [[name, errors[bit]]] : [])))
}

/** @returns the flags of the rungs in a list of names; other words in it are for other readers */
export function rungFlags(list: readonly string[]): number {
  return names.reduce((flags, name, bit) => (list.includes(name) ? flags | (1 << bit) : flags), 0)
}

/** @returns what withoutVariable says in this environment */
export function withoutRungs(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return (env[withoutVariable] ?? '').split(',').filter((name) => name !== '')
}
