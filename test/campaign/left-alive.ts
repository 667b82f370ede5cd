// What a job has left behind, seen from its host.
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { gained, type HostState, hostState } from '../support/host-state.js'
import { until } from '../support/poll.js'
import { type Process, processOf } from '../support/processes.js'

/** In the environment of all that a job starts. */
export const MARK = 'STINT_JOB'

/** The number that the kernel gave last (proc_loadavg(5)): what a job starts from now on has a greater one, or the numbers wrap. */
export function lastPid(): number {
  return Number(readFileSync('/proc/loadavg', 'utf8').trim().split(' ').at(-1))
}

/** Processes with that mark that live although the ending of their job is in hand. */
export function leftAlive(mark: string, since: number): Process[] {
  const from = lastPid() < since ? 0 : since
  return withVariable(`${MARK}=${mark}`, from).filter(lives)
}

/** Every process of a number above `from` that has this NAME=value in its environment (proc_pid_environ(5)). */
export function withVariable(variable: string, from = 0): Process[] {
  const pids = readdirSync('/proc').map(Number)
  return pids
    .filter((pid) => pid > from && hasVariable(pid, variable))
    .map(processOf)
    .filter((each): each is Process => each !== undefined)
}

/** What this host holds more than at the start, once everything is closed. */
export async function leftHeld(before: HostState): Promise<string[]> {
  let left: string[] = []
  const isNothing = () => {
    left = gained(before, hostState()).filter((line) => !isOthers(line))
    return left.length === 0
  }
  await until('nothing is left', isNothing).catch(() => undefined)
  return left // not looked at once more: the thread that measures lag has a file of its own open now and then
}

export function told({ pid, name, state, parent }: Process): string {
  return `${name} (${pid}, ${state}, child of ${parent})`
}

/** A cgroup is named after the host that made it; other hosts on this machine have theirs. */
function isOthers(line: string): boolean {
  return line.startsWith('cgroups: ') && !line.includes(`stint-${process.pid}-`)
}

function lives({ state }: Process): boolean {
  return state !== 'Z' && state !== 'X'
}

function readInto(buffer: Buffer, path: string): number {
  const file = openSync(path, 'r')
  try {
    return readSync(file, buffer, 0, buffer.length, 0)
  } finally {
    closeSync(file)
  }
}

const environment = Buffer.alloc(64 * 1024)

/** Into the same memory each time: every turn asks this of many processes. */
function hasVariable(pid: number, variable: string): boolean {
  try {
    const size = readInto(environment, `/proc/${pid}/environ`)
    return `\0${environment.toString('latin1', 0, size)}`.includes(`\0${variable}\0`)
  } catch {
    return false // gone, or not ours to read
  }
}
