// Whether a module that was imported may be forked: a fork copies memory and descriptors, but no thread, and what two processes
// do with one socket or one database file is seldom meant.
import { readdirSync, readlinkSync } from 'node:fs'
import { stat } from 'node:fs/promises'

const { getActiveResourcesInfo } = process

/** What a template has before it imports the user's module. */
export interface Before {
  readonly threads: number
  readonly descriptors: ReadonlySet<string>
}

/** libuv starts its pool with the first use: an import may be that, so it is used before threads are counted. */
export async function before(): Promise<Before> {
  await stat('/')
  return { threads: threads(), descriptors: new Set(descriptors()) }
}

/** @returns why the process is unfit, or undefined; to be asked once the import has settled */
export async function unfit(earlier: Before): Promise<string | undefined> {
  await new Promise(setImmediate) // what the module closed at once is gone after a turn of the loop
  const grown = threads() - earlier.threads
  if (grown > 0) return `the module has started ${grown === 1 ? 'a thread' : `${grown} threads`}, which a fork does not copy`
  const active = getActiveResourcesInfo.call(process).filter((name) => name !== 'Immediate')
  if (active.length > 0) return `the module has left something active: ${[...new Set(active)].join(', ')}`
  const opened = descriptors().filter((name) => !earlier.descriptors.has(name) && !harmless.test(name))
  if (opened.length > 0) return `the module has left something open, which forks would share: ${opened.map(nameOf).join(', ')}`
  return undefined
}

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
