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
import { BusyLoops } from './load.js'
import { startNeighbours } from './neighbours.js'
import { type Turn, turnsOf } from './order.js'
import { scenarios } from './rows/all.js'
import type { Line, Load, Order } from './scenario.js'

const order = JSON.parse(process.argv[2] ?? '{}') as Order
const folder = mkdtempSync(join(tmpdir(), 'stint-test-campaign-'))
process.env.TMPDIR = join(folder, 'tmp')
for (const each of ['tmp', 'scratch']) mkdirSync(join(folder, each))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

/** Outside of TMPDIR, which is compared. */
const scratch = join(folder, 'scratch')
const lag = new Lag()
const loops = new BusyLoops()
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
    say({
      ...about,
      ...assess(scenario, { ending, elapsed, left: left.map(told), allowance, processors: availableParallelism() }),
    })
    for (const { pid } of left) process.kill(pid, 'SIGKILL') // the next repetition must not be blamed for them
  } catch (error) {
    say({ ...about, grade: 'wrong', note: `it threw ${String((error as Error).stack)}` })
  }
}

/** All turns of a repetition, so many at once; then everything is closed, and what the host holds is compared. */
async function pass(repetition: number, load: Load): Promise<void> {
  const left = turnsOf(scenarios, order, [repetition, load])
  if (left.length === 0) return
  const lane = async () => {
    for (let next = left.pop(); next && Date.now() < order.until; next = left.pop()) await take(next)
  }
  await Promise.all(Array.from({ length: order.lanes }, lane))
  await closeAll()
  const held = await leftHeld(before)
  const about = { scenario: 'what the host holds after each pass', isolation: '-', repetition, load } as const
  say(held.length > 0 ? { ...about, grade: 'leftover', note: held.join(', ') } : { ...about, grade: 'right' })
  before = hostState()
}

function say(line: Line): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

const endNeighbours = order.lanes > 1 ? await startNeighbours() : undefined
// What is loaded once is not held by a job.
const warmUp = kitFor({ isolation: order.isolations[0] ?? 'exec', folder: scratch, random: new Random(order.seed), mark: '0' })
await warmUp.command('true')
await warmUp.call('values', 'add', [1, 2])
await closeAll()
let before = hostState()

for (let count = 0; count < order.repetitions && Date.now() < order.until; count++) {
  for (const load of order.loads) {
    if (load === 'loaded') await loops.start()
    before = hostState()
    await pass(order.first + count * order.step, load)
    await loops.stop()
  }
}
await lag.stop()
await endNeighbours?.()
