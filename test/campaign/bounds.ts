// A limit that is broken must not take the machine down: everything that the campaign starts is bounded by a pids cgroup
// where one may be made (root), by RLIMIT_NPROC for a plain user, and by few descriptors for both.
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../support/poll.js'

const MOST_PROCESSES = 1_200
const MOST_DESCRIPTORS = 256

export interface Bounds {
  /** Goes in front of a command line. */
  readonly before: readonly string[]
  remove(): Promise<void>
}

export function makeBounds(): Bounds {
  const rlimits = ['prlimit', `--nofile=${MOST_DESCRIPTORS}:${MOST_DESCRIPTORS}`, `--nproc=${MOST_PROCESSES}:${MOST_PROCESSES}`]
  const folder = pidsCgroup()
  if (folder === undefined) return { before: rlimits, remove: async () => undefined }
  const join = ['sh', '-c', `echo $$ > '${folder}/cgroup.procs' && exec "$@"`, 'bounds']
  return { before: [...join, ...rlimits], remove: () => remove(folder) }
}

/** A new one below this process's own, cgroup v1 or v2, or undefined where none may be made. */
function pidsCgroup(): string | undefined {
  for (const line of readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n')) {
    const [, controllers = '', path = ''] = line.split(':')
    if (controllers !== 'pids' && controllers !== '') continue
    const root = controllers === 'pids' ? '/sys/fs/cgroup/pids' : '/sys/fs/cgroup'
    const folder = join(root, path, `campaign-${process.pid}`)
    try {
      mkdirSync(folder)
      writeFileSync(join(folder, 'pids.max'), String(MOST_PROCESSES))
      return folder
    } catch {
      // not ours to make, or without the controller
    }
  }
  return undefined
}

async function remove(folder: string): Promise<void> {
  await until(`${folder} is empty`, () => {
    try {
      rmdirSync(folder)
      return true
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT'
    }
  })
}
