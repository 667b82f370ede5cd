// Where a job's control groups may be made: below the host's own group of each hierarchy, found once (cgroups(7)).
//
// What a keeper makes there it removes itself. Two cases are left to the host: a keeper that was killed leaves its group
// with whatever the job had running, and a host that was killed together with its keepers leaves groups for the next one.
import { accessSync, constants, readdirSync, readFileSync, readlinkSync, rmdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** The host's own group in each hierarchy that a keeper has a use for; '' where there is none that it may write to. */
export interface CgroupPlaces {
  readonly unified: string
  readonly memory: string
  readonly cpuacct: string
  readonly pids: string
}

const order = ['unified', 'memory', 'cpuacct', 'pids'] as const
// stint-HOST-NAMESPACE-JOB: a number of another pid namespace says nothing of who lives (pid_namespaces(7)).
const ownNames = /^stint-(\d+)-(\d+)-/
const patienceMs = 1000
const pauseMs = 5

let found: CgroupPlaces | undefined
let count = 0
let namespace: string | undefined

/**
 * What a plan says of groups: a fresh name, and where; [] where there is no place. The first call looks at the machine, and
 * removes what dead hosts have left.
 * @param without names of hierarchies to leave out
 */
export function cgroupsForJob(without: readonly string[] = []): readonly string[] {
  found ??= lookAround()
  const places = found
  const paths = order.map((name) => (without.includes(name) ? '' : places[name]))
  if (paths.every((path) => path === '')) return []
  count += 1
  return [`stint-${process.pid}-${namespaceOf()}-${count.toString(36)}${Math.random().toString(36).slice(2, 10)}`, ...paths]
}

/** Why no group may be made in a hierarchy; '' where one may. For people. */
export function whyNoGroups(name: keyof CgroupPlaces): string {
  const own = placesOf(textOf('/proc/self/cgroup'), textOf('/proc/self/mountinfo'))[name]
  if (own === '') return `no ${name === 'unified' ? 'cgroup2' : `v1 ${name}`} hierarchy that holds this process is mounted`
  const code = refusal(own)
  return code === '' ? '' : `${own}: ${code}`
}

/** Kills what is in the groups of a keeper that ended without a report, and removes them. Never rejects. */
export async function clearCgroups(cgroups: readonly string[]): Promise<void> {
  const [name = '', ...paths] = cgroups
  const deadline = performance.now() + patienceMs
  const groups = paths.filter((path) => path !== '').map((path) => join(path, name))
  while (groups.some((group) => !cleared(group)) && performance.now() < deadline) await delay(pauseMs)
}

/** Says where the groups of this process lie, from the text of /proc/self/cgroup and of /proc/self/mountinfo (proc(5)). */
export function placesOf(cgroup: string, mountinfo: string): CgroupPlaces {
  const mounts = mountinfo.split('\n').flatMap(mountOf)
  const path = (controller: string) => {
    const own = cgroup.split('\n').find((line) => line.split(':')[1]?.split(',').includes(controller))
    const mount = mounts.find(({ controllers }) => controllers.includes(controller))
    return own && mount ? below(mount, own.split(':').slice(2).join(':')) : ''
  }
  return { unified: path(''), memory: path('memory'), cpuacct: path('cpuacct'), pids: path('pids') }
}

interface Mount {
  readonly root: string
  readonly point: string
  readonly controllers: readonly string[] // [''] for v2, as /proc/self/cgroup has it
}

function mountOf(line: string): Mount[] {
  const [left = '', right = ''] = line.split(' - ')
  const [, , , root = '', point = ''] = left.split(' ')
  const [type, , options = ''] = right.split(' ')
  if (type === 'cgroup2') return [{ root, point, controllers: [''] }]
  return type === 'cgroup' ? [{ root, point, controllers: options.split(',') }] : []
}

/** A mount may show a part of the hierarchy (its root); a group outside of it, or of the namespace, cannot be reached. */
function below({ root, point }: Mount, own: string): string {
  const inside = root === '/' || own === root || own.startsWith(`${root}/`)
  if (!inside || own.startsWith('/..')) return ''
  const rest = root === '/' ? own : own.slice(root.length)
  return rest === '' || rest === '/' ? point : point + rest
}

function lookAround(): CgroupPlaces {
  const places = placesOf(textOf('/proc/self/cgroup'), textOf('/proc/self/mountinfo'))
  const writable = Object.fromEntries(order.map((name) => [name, isWritable(places[name]) ? places[name] : '']))
  const unified = places.memory === '' ? besideOwn(places.unified) : (writable.unified ?? '')
  const usable = { ...writable, unified } as unknown as CgroupPlaces
  for (const place of new Set(Object.values(usable))) sweep(place)
  return usable
}

/**
 * v2 gives controllers only to groups below one that has no process ("no internal processes"): a host that sits in a leaf
 * makes its jobs' groups beside its own, if that has no limits which they would escape.
 */
function besideOwn(own: string): string {
  if (own === '') return ''
  const parent = dirname(own)
  const free = textOf(join(own, 'memory.max')).trim() === 'max' && !ownNames.test(basename(own))
  if (!hasMemory(own) && free && hasMemory(parent) && isWritable(parent)) return parent
  return isWritable(own) ? own : ''
}

function hasMemory(group: string): boolean {
  return textOf(join(group, 'cgroup.subtree_control')).split(/\s/).includes('memory')
}

function isWritable(path: string): boolean {
  return refusal(path) === ''
}

/** The code of the error that keeps this process from making groups below one; '' where none does. */
function refusal(path: string): string {
  try {
    accessSync(path, constants.W_OK)
    accessSync(join(path, 'cgroup.procs'), constants.W_OK)
    return ''
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

/** Removes groups whose host is gone. */
function sweep(place: string): void {
  if (place === '') return
  for (const name of readdirSync(place)) {
    const [, pid, namespace] = ownNames.exec(name) ?? []
    if (namespace === namespaceOf() && !isAlive(Number(pid))) cleared(join(place, name))
  }
}

/** Of this process: the number in `pid:[NUMBER]` (namespaces(7)). */
function namespaceOf(): string {
  namespace ??= /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0'
  return namespace
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** One attempt: kills whatever is inside, and removes the group. True when it is gone. */
function cleared(group: string): boolean {
  const inside = textOf(join(group, 'cgroup.procs')).split('\n').filter(Boolean).map(Number)
  if (inside.includes(0)) return false
  if (inside.length > 0) kill(group, inside)
  try {
    for (const entry of readdirSync(group, { withFileTypes: true })) if (entry.isDirectory()) cleared(join(group, entry.name))
    rmdirSync(group)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

function kill(group: string, inside: readonly number[]): void {
  try {
    writeFileSync(join(group, 'cgroup.kill'), '1')
  } catch {
    for (const pid of inside) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
