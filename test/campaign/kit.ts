// The library as rows use it: one function set for each module and set of options, kept open for the next repetition.
import { type FunctionOptions, limitModule, type Outcome, spawnLimited } from 'stint'
import { fixture } from '../support/paths.js'
import { within } from '../support/poll.js'
import type { Random } from '../support/random.js'
import type { Ending, Kit } from './scenario.js'

/** Beyond this a call hangs, whatever the machine's load. */
const HANGS = 120_000

type Call = { run(...args: readonly unknown[]): Promise<Outcome<unknown>> }
type Tasks = Readonly<Record<string, Call>> & { close(options: { readonly force: boolean }): Promise<void> }
const open = new Map<string, Tasks>()

export function kitFor(isolation: Kit['isolation'], folder: string, random: Random): Kit {
  return {
    isolation,
    random,
    folder,
    call: (name, fn, args = [], options = {}) => call(name, fn, args, { isolation, ...options }),
    command: (file, args = [], options = {}) => within(HANGS, spawnLimited(file, args, options).outcome, file),
  }
}

async function call(name: string, fn: string, args: readonly unknown[], options: FunctionOptions): Promise<Ending> {
  const key = `${name} ${JSON.stringify(options)} ${String(options.resultSize)}`
  const tasks = open.get(key) ?? (limitModule(fixture(name), options) as unknown as Tasks)
  open.set(key, tasks)
  const outcome = await within(HANGS, (tasks[fn] as Call).run(...args), `${name}.${fn}`)
  return outcome as Ending
}

/** Lets all idle workers go. */
export async function closeAll(): Promise<void> {
  const closed = [...open.values()].map((tasks) => tasks.close({ force: true }))
  open.clear()
  await within(HANGS, Promise.all(closed), 'everything is closed')
}
