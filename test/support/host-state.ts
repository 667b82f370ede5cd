// What a host holds: everything that a run must give back. Compared before and after by the leftover check.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { ours } from './processes.js'

const heapPage = 256 * 1024
const hosts = new Set([process.pid])

/** Counts the groups of another process, too: a host that a test has started. */
export function watchGroupsOf(host: number): void {
  hosts.add(host)
}

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

export interface Figures {
  /** Mappings of this process, those of V8's heap left out. */
  readonly mappings: number
  readonly heapMappings: number
  readonly descriptors: number
  readonly resident: number
}

/** Figures that must stay flat over many calls. */
export function figures(): Figures {
  const lines = readFileSync('/proc/self/maps', 'utf8').trimEnd().split('\n')
  const heapMappings = lines.filter(isHeap).length
  return {
    mappings: lines.length - heapMappings,
    heapMappings,
    descriptors: descriptors().length,
    resident: process.memoryUsage.rss(),
  }
}

/**
 * Whether a line of /proc/PID/maps (proc_pid_maps(5)) is a part of V8's heap, which grows and shrinks as V8 likes: anonymous,
 * and from one boundary of its pages of 256 KiB to another. Nothing of ours is mapped so, nor does malloc map anything so.
 */
function isHeap(line: string): boolean {
  const [range = '', access, , , , name = ''] = line.split(/\s+/)
  const [start = 1, end = 1] = range.split('-').map((address) => Number.parseInt(address, 16))
  return access === 'rw-p' && name === '' && start % heapPage === 0 && (end - start) % heapPage === 0
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
      .filter((name) => hosts.has(Number(name.split('-')[1]))) // others' hosts have theirs
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
