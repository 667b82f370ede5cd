// The frame of every integration test: once for each isolation, and nothing may be left after any of them.
import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe } from 'node:test'
import {
  type CommandOptions,
  type FunctionOptions,
  type LimitedModule,
  type LimitedProcess,
  limit as limitFunction,
  limitModule,
  type Outcome,
  spawnLimited,
} from 'stint'
import { gained, type HostState, hostState } from './host-state.js'
import { ISOLATIONS, type Isolation } from './isolations.js'
import { fixture } from './paths.js'
import { until, within } from './poll.js'
import './own-folder.js'

export { ISOLATIONS, type Isolation }

interface Closable {
  close(options?: { readonly force?: boolean }): Promise<void>
}
const open: Closable[] = []

/** What is given here is closed by force when the test is over. */
export function closing<T extends Closable>(handle: T): T {
  open.push(handle)
  return handle
}

/** The calls of the library for one isolation; what they return is closed when the test is over. */
export interface Kit {
  readonly isolation: Isolation
  readonly limit: typeof limitFunction
  readonly tasks: <M extends object>(fixtureName: string, options?: FunctionOptions) => LimitedModule<M>
}

/** A group of behaviours that hold with every isolation; by default with those that are tested in this run. */
export function behaviours(title: string, body: (kit: Kit) => void, isolations: readonly Isolation[] = ISOLATIONS): void {
  for (const isolation of isolations) {
    describe(`${title}, isolation ${isolation}`, () => {
      leavesNothing()
      body(kitOf(isolation))
    })
  }
}

/** A group of behaviours that have nothing to do with isolation. */
export function commandBehaviours(title: string, body: () => void): void {
  describe(title, () => {
    leavesNothing()
    body()
  })
}

/** Runs a command to its end. */
export function command(file: string, args: readonly string[] = [], options: CommandOptions = {}): Promise<Outcome<undefined>> {
  return within(60_000, startCommand(file, args, options).outcome, `${file} ${args.join(' ')}`)
}

/** Starts a command, closed when the test is over. */
export function startCommand(file: string, args: readonly string[] = [], options: CommandOptions = {}): LimitedProcess {
  return closing(spawnLimited(file, args, options))
}

/** The calls for one isolation, of a test that is about that one alone. */
export function kitOf(isolation: Isolation): Kit {
  return {
    isolation,
    limit: (fn, options) => closing(limitFunction(fn, { isolation, ...options })),
    tasks: (name, options) => closing(limitModule(fixture(name), { isolation, ...options })),
  }
}

/** After every test: no process, descriptor, shared memory, temporary file or cgroup that was not there before it. */
export function leavesNothing(): void {
  let held: HostState
  before(warmUp)
  beforeEach(() => {
    held = hostState()
  })
  afterEach(async () => {
    await closeAll()
    const left = () => gained(held, hostState())
    await until('nothing is left', () => left().length === 0).catch(() => undefined)
    assert.deepEqual(left(), [], 'left behind')
  })
}

async function closeAll(): Promise<void> {
  const closed = open.splice(0).map((handle) => handle.close({ force: true }))
  await within(10_000, Promise.all(closed), 'everything is closed')
}

/** Loads what is loaded once, so that a test's own descriptors can be told from the library's. */
async function warmUp(): Promise<void> {
  await within(30_000, command('true'), 'a first command')
  const idle = limitFunction(() => 0, { isolation: 'exec' })
  await within(30_000, idle(), 'a first call')
  await idle.close()
}
