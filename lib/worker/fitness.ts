// Whether a module that was imported may be forked: a fork copies memory and descriptors, but no thread, and what two processes
// do with one socket or one database file is seldom meant.
import { readdirSync, readlinkSync } from 'node:fs'
import { stat } from 'node:fs/promises'

const { getActiveResourcesInfo } = process

/** What a template has before it imports the user's module. */
export interface Before {
  /** Whether V8 does without the threads that a fork does not copy. */
  readonly alone: boolean
  readonly threads: number
  readonly descriptors: ReadonlySet<string>
}

/** libuv starts its pool with the first use: an import may be that, so it is used before threads are counted. */
export async function before(alone: boolean): Promise<Before> {
  await stat('/')
  return { alone, threads: threads(), descriptors: new Set(descriptors()) }
}

/** @returns why the process is unfit, or undefined; to be asked once the import has settled */
export async function unfit(earlier: Before): Promise<string | undefined> {
  if (!earlier.alone) return `this Node ${process.version} cannot be told to do without threads, which a fork does not copy`
  for (let turns = 0; turns < settleTurns && active().length > 0; turns++) await new Promise(setImmediate)
  const grown = threads() - earlier.threads
  if (grown > 0) return `the module has started ${grown === 1 ? 'a thread' : `${grown} threads`}, which a fork does not copy`
  const left = active()
  if (left.length > 0) return `the module has left something active: ${[...new Set(left)].join(', ')}`
  const opened = descriptors().filter((name) => !earlier.descriptors.has(name) && !harmless.test(name))
  if (opened.length > 0) return `the module has left something open, which forks would share: ${opened.map(nameOf).join(', ')}`
  return undefined
}

// What the module closed or wrote last is done after a few turns of the loop.
const settleTurns = 50

/** What keeps the loop alive, but for the standard streams: those are a worker's own to use. */
function active(): string[] {
  const names = getActiveResourcesInfo.call(process).filter((name) => name !== 'Immediate')
  if (!names.some((name) => streams.test(name))) return names
  const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles?: () => { fd?: number }[] }
  const others = handles?.call(process).filter(({ fd }) => fd === undefined || fd > 2).length ?? 1
  return others === 0 ? names.filter((name) => !streams.test(name)) : names
}

const streams = /^(Pipe|TTY)Wrap$/
const harmless = /:\/dev\/(null|zero|random|urandom)$/

function threads(): number {
  return readdirSync('/proc/self/task').length
}

/** "number:what it is" of each, but for the one that lists them. */
function descriptors(): string[] {
  return readdirSync('/proc/self/fd').flatMap((number) => {
    try {
      return [`${number}:${readlinkSync(`/proc/self/fd/${number}`)}`]
    } catch {
      return []
    }
  })
}

function nameOf(descriptor: string): string {
  return descriptor.slice(descriptor.indexOf(':') + 1)
}
