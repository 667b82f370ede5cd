// The library as rows use it: function sets that are kept open for the next repetition.
import { type CommandOptions, type FunctionOptions, type LimitedModule, limitModule, type Outcome, spawnLimited } from 'stint'
import { fixture } from '../support/paths.js'
import { within } from '../support/poll.js'
import type { Random } from '../support/random.js'
import { MARK } from './left-alive.js'
import type { Ending, Isolation, Kit } from './scenario.js'

/** Beyond this a call hangs, whatever the machine's load. */
const HANGS = 120_000
/** More than any row has at once. */
const CONCURRENCY = 64

type Tasks = LimitedModule<typeof import('../fixtures/any.js')>
const open = new Map<string, Tasks>()

export interface KitOptions {
  readonly isolation: Isolation
  readonly folder: string
  readonly random: Random
  readonly mark: string
}

export function kitFor(options: KitOptions): Kit {
  const { isolation, mark } = options
  const env = () => ({ ...process.env, [MARK]: mark })
  return {
    ...options,
    call: (name, fn, args = [], more = {}) => call([mark, name, fn, ...args], { isolation, ...more }),
    command: (file, args = [], more: CommandOptions = {}) =>
      ending(spawnLimited(file, args, { env: env(), ...more }).outcome, file),
  }
}

/** One set for each isolation; with 'exec', where a worker imports anew for each call, for each fixture. */
function call(args: readonly [string, string, string, ...unknown[]], options: FunctionOptions): Promise<Ending> {
  const { isolation = 'exec' } = options
  const [, name, fn] = args
  const url = fixture('any')
  if (isolation === 'exec') url.searchParams.set('fixture', name)
  const key = `${isolation} ${url}`
  const tasks: Tasks =
    open.get(key) ?? limitModule<typeof import('../fixtures/any.js')>(url, { isolation, concurrency: CONCURRENCY })
  open.set(key, tasks)
  return ending(tasks.job.with(options).run(...args), `${name}.${fn}`)
}

async function ending(outcome: Promise<Outcome<unknown>>, what: string): Promise<Ending> {
  return (await within(HANGS, outcome, what)) as Ending
}

/** Lets all idle workers go. */
export async function closeAll(): Promise<void> {
  const closed = [...open.values()].map((tasks) => tasks.close({ force: true }))
  open.clear()
  await within(HANGS, Promise.all(closed), 'everything is closed')
}
