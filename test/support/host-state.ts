// What a host holds: everything that a run must give back. Compared before and after by the leftover check.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { ours } from './processes.js'

export interface HostState {
  /** Open descriptors, as 'number -> what it is'. */
  readonly descriptors: readonly string[]
  readonly processes: readonly string[]
  readonly sharedMemory: readonly string[]
  readonly temporaryFiles: readonly string[]
  readonly cgroups: readonly string[]
}

/** What this process holds at this moment. */
export function hostState(): HostState {
  return {
    descriptors: descriptors(),
    processes: ours().map((each) => `${each.pid} ${each.name} (${each.state}), child of ${each.parent}`),
    sharedMemory: entries('/dev/shm').filter(stints),
    // What the tests themselves make is theirs to remove.
    temporaryFiles: entries(tmpdir()).filter((name) => !name.startsWith('stint-test-')),
    cgroups: cgroups(),
  }
}

/** What `after` holds and `before` did not; descriptors are compared by their number, not by what they are now. */
export function gained(before: HostState, after: HostState): string[] {
  const keys = Object.keys(before) as (keyof HostState)[]
  return keys.flatMap((key) => {
    const had = new Set(before[key].map((entry) => identity(key, entry)))
    return after[key].filter((entry) => !had.has(identity(key, entry))).map((entry) => `${key}: ${entry}`)
  })
}

/** Lines of /proc/self/maps, descriptors and resident bytes: figures that must stay flat over many calls. */
export function figures(): { readonly mappings: number; readonly descriptors: number; readonly resident: number } {
  const mappings = readFileSync('/proc/self/maps', 'utf8').split('\n').length - 1
  return { mappings, descriptors: descriptors().length, resident: process.memoryUsage.rss() }
}

function identity(key: keyof HostState, entry: string): string {
  return key === 'descriptors' ? (entry.split(' ')[0] ?? '') : entry
}

function descriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap((number) => {
    try {
      return [`${number} -> ${readlinkSync(`/proc/self/fd/${number}`)}`]
    } catch {
      return [] // the descriptor that was open for reading the folder
    }
  })
}

function cgroups(): string[] {
  const own = readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n')
  const folders = own
    .map((line) => line.split(':'))
    .flatMap(([, controllers = '', path = '']) => [
      `/sys/fs/cgroup/${controllers.replace('name=', '')}${path}`,
      `/sys/fs/cgroup/unified${path}`,
    ])
  return folders.flatMap((folder) =>
    entries(folder)
      .filter((name) => name.startsWith(`stint-${process.pid}-`)) // others' hosts have theirs
      .map((name) => `${folder}/${name}`),
  )
}

function stints(name: string): boolean {
  return /stint/i.test(name)
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
