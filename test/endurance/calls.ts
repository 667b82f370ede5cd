// Very many calls of every kind, some at once.
import { type LimitedModule, limitModule, type Outcome } from 'stint'
import type * as Tasks from '../fixtures/endurance.js'
import type { Isolation } from '../support/isolations.js'
import { fixture } from '../support/paths.js'
import { within } from '../support/poll.js'
import type { Random } from '../support/random.js'
import type { Counts } from './counts.js'

export interface Order {
  readonly isolation: Isolation
  readonly concurrency: number
  /** performance.now() after which nothing more begins. */
  readonly until: number
  readonly random: Random
  readonly counts: Counts
}

type Module = LimitedModule<typeof Tasks>
interface Row {
  readonly name: string
  /** Per cent of all calls; together 100. */
  readonly share: number
  readonly ends: readonly string[]
  readonly run: (tasks: Module) => Promise<Outcome<unknown>>
}

const rows: readonly Row[] = [
  { name: 'count', share: 60, ends: ['Ok 1'], run: (tasks) => tasks.count.run() },
  { name: 'echo 100 kB', share: 10, ends: ['Ok'], run: (tasks) => tasks.echo.run('x'.repeat(100_000)) },
  { name: 'later', share: 5, ends: ['Ok 5'], run: (tasks) => tasks.later.run(5) },
  { name: 'fail', share: 10, ends: ['Anything threw'], run: (tasks) => tasks.fail.run('no') },
  { name: 'spin', share: 4, ends: ['CpuTimeout'], run: (tasks) => tasks.spin.with({ cpuTime: 20 }).run() },
  { name: 'wait', share: 4, ends: ['Timeout wall'], run: (tasks) => tasks.later.with({ wallTime: 20 }).run(1e6) },
  { name: 'grow', share: 2, ends: ['Memorylimit'], run: (tasks) => tasks.grow.with({ memory: '30MB' }).run() },
  { name: 'exit', share: 2, ends: ['Anything exited 3'], run: (tasks) => tasks.exit.run(3) },
  { name: 'SIGSEGV', share: 2, ends: ['Anything signaled SIGSEGV'], run: (tasks) => tasks.die.run('SIGSEGV') },
  { name: 'SIGKILL', share: 1, ends: ['Anything signaled SIGKILL'], run: (tasks) => tasks.die.run('SIGKILL') },
]

const limits = { memory: '256MB', cpuTime: '10s', wallTime: '30s', fileSize: '100MB', openFiles: 256 } as const

export function open({ isolation, concurrency }: Order): Module {
  return limitModule<typeof Tasks>(fixture('endurance'), { isolation, concurrency, ...limits })
}

export async function callMany(order: Order, count: number): Promise<void> {
  const tasks = open(order)
  let left = count
  const lane = async () => {
    while (left-- > 0 && performance.now() < order.until) await callOne(order, tasks)
  }
  await Promise.all(Array.from({ length: order.concurrency }, lane))
  await tasks.close()
}

async function callOne({ random, counts }: Order, tasks: Module): Promise<void> {
  const row = pick(random.below(100))
  const seen = await endOf(() => row.run(tasks))
  const match = row.ends.find((end) => seen.startsWith(end))
  counts.add(row.name, match ?? seen, row.ends)
}

/** Kind, reason, and what is told beside them; or why there is no outcome. */
export async function endOf(run: () => Promise<Outcome<unknown>>): Promise<string> {
  try {
    const outcome = await within(60_000, run())
    if (outcome.kind === 'Ok') return typeof outcome.value === 'number' ? `Ok ${outcome.value}` : 'Ok'
    const { kind, reason, exitCode, signal } = outcome
    return [kind, reason, exitCode, signal].filter((part) => part !== null).join(' ')
  } catch (error) {
    return `no outcome: ${String(error)}`
  }
}

function pick(at: number): Row {
  let sum = 0
  for (const row of rows) {
    sum += row.share
    if (at < sum) return row
  }
  return rows[0] as Row
}
