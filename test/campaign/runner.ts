// One host of the campaign: every scenario in random order, again and again; a JSON line for each repetition. Its argument
// is an Order (scenario.ts).
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostState } from '../support/host-state.js'
import { Random } from '../support/random.js'
import { assess } from './assess.js'
import { closeAll, kitFor } from './kit.js'
import { Lag } from './lag.js'
import { lastPid, leftAlive, leftHeld, told } from './left-alive.js'
import { startNeighbours } from './neighbours.js'
import { type Turn, turnsOf } from './order.js'
import { scenarios } from './rows/all.js'
import { type Line, type Load, type Order, PASS } from './scenario.js'

const order = JSON.parse(process.argv[2] ?? '{}') as Order
const folder = mkdtempSync(join(tmpdir(), 'stint-test-campaign-'))
process.env.TMPDIR = join(folder, 'tmp')
for (const each of ['tmp', 'scratch']) mkdirSync(join(folder, each))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

/** Outside of TMPDIR, which is compared. */
const scratch = join(folder, 'scratch')
/** A pass costs its end: the slowest turn is waited for, everything is closed, and started anew for the next. */
const TOGETHER = PASS.repetitions
const lag = new Lag()
let turns = 0

async function take({ scenario, isolation, repetition, load, seed }: Turn): Promise<void> {
  const mark = `${process.pid}-${++turns}`
  const kit = kitFor({ isolation, folder: scratch, random: new Random(seed), mark })
  const about = { scenario: scenario.name, isolation: scenario.once ? '-' : isolation, repetition, load } as const
  const since = lastPid()
  const started = lag.now()
  try {
    const ending = await scenario.run(kit)
    const elapsed = lag.now() - started
    const left = leftAlive(mark, since)
    const allowance = lag.allowance(started)
    const blocked = lag.blocked(started)
    const observed = { ending, elapsed, left: left.map(told), allowance, blocked, processors: availableParallelism() }
    say({ ...about, ...assess(scenario, observed) })
    for (const { pid } of left) process.kill(pid, 'SIGKILL') // the next repetition must not be blamed for them
  } catch (error) {
    say({ ...about, grade: 'wrong', note: `it threw ${String((error as Error).stack)}` })
  }
}

/** All turns of these repetitions, so many at once; then everything is closed, and what the host holds is compared. */
async function pass(repetitions: readonly number[], load: Load): Promise<void> {
  const left = repetitions.flatMap((repetition) => turnsOf(scenarios, order, [repetition, load]))
  if (left.length === 0) return
  const lane = async () => {
    for (let next = left.shift(); next && Date.now() < order.until; next = left.shift()) await take(next)
  }
  const lanes = load === 'idle' ? Math.min(order.lanes, availableParallelism()) : order.lanes
  await Promise.all(Array.from({ length: lanes }, lane))
  await closeAll()
  const held = await leftHeld(before)
  const about = {
    scenario: PASS.name,
    isolation: '-',
    repetition: repetitions[0] ?? 0,
    load,
  } as const
  say(held.length > 0 ? { ...about, grade: 'leftover', note: held.join(', ') } : { ...about, grade: 'right' })
  before = hostState()
}

/** Of so many repetitions the first has idle cores, if the order wants both. */
function loadOf(count: number): Load {
  return order.loads[count % TOGETHER === 0 ? 0 : order.loads.length - 1] ?? 'idle'
}

/** The numbers of repetitions from `count` on that are one pass: of the same load, and not too many. */
function together(count: number): number[] {
  const numbers: number[] = []
  for (let next = count; next < order.repetitions && loadOf(next) === loadOf(count); next++) {
    numbers.push(order.first + next * order.step)
    if (next % TOGETHER === TOGETHER - 1) break
  }
  return numbers
}

function say(line: Line): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

const endNeighbours = !order.alone ? await startNeighbours() : undefined
// What is loaded once is not held by a job.
const warmUp = kitFor({ isolation: order.isolations[0] ?? 'exec', folder: scratch, random: new Random(order.seed), mark: '0' })
await warmUp.command('true')
await warmUp.call('values', 'add', [1, 2])
await closeAll()
let before = hostState()

for (let count = 0; count < order.repetitions && Date.now() < order.until; ) {
  const load = loadOf(count)
  const repetitions = together(count)
  count += repetitions.length
  before = hostState()
  await pass(repetitions, load)
}
await lag.stop()
await endNeighbours?.()
