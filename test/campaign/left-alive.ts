// What a job has left behind, seen from its host.
import { gained, type HostState, hostState } from '../support/host-state.js'
import { until } from '../support/poll.js'
import { ours, type Process } from '../support/processes.js'

/** Idle workers, templates and their keepers stay for the next call. */
const IDLE = /^(stint-keeper|node|MainThread|stint)/

/** Processes of jobs that live although their ending is in hand. */
export function leftAlive(): string[] {
  return ours()
    .filter(lives)
    .filter(({ name }) => !IDLE.test(name))
    .map(told)
}

/** What this host holds more than at the start, once everything is closed. */
export async function leftHeld(before: HostState): Promise<string[]> {
  const left = () => gained(before, hostState()).filter((line) => !isOthers(line))
  await until('nothing is left', () => left().length === 0).catch(() => undefined)
  return left()
}

/** A cgroup is named after the host that made it; other hosts on this machine have theirs. */
function isOthers(line: string): boolean {
  return line.startsWith('cgroups: ') && !line.includes(`stint-${process.pid}-`)
}

function lives({ state }: Process): boolean {
  return state !== 'Z' && state !== 'X'
}

function told({ pid, name, state, parent }: Process): string {
  return `${name} (${pid}, ${state}, child of ${parent})`
}
