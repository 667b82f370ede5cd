// One host of the campaign: every scenario in random order, again and again, one at a time; a JSON line for each repetition.
//   node out/campaign/runner.js '{"seed":1,"repetitions":10,"until":1790000000000,"only":[],"isolations":["exec"],"loads":["idle"]}'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostState } from '../support/host-state.js'
import { Random } from '../support/random.js'
import { assess } from './assess.js'
import { closeAll, kitFor } from './kit.js'
import { Lag } from './lag.js'
import { leftAlive, leftHeld } from './left-alive.js'
import { Load } from './load.js'
import { type Turn, turnsOf } from './order.js'
import { scenarios } from './rows/all.js'
import type { Line, Order } from './scenario.js'

const order = JSON.parse(process.argv[2] ?? '{}') as Order
const folder = mkdtempSync(join(tmpdir(), 'stint-test-campaign-'))
process.env.TMPDIR = join(folder, 'tmp')
for (const each of ['tmp', 'scratch']) mkdirSync(join(folder, each))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

/** So many turns, then everything is closed and what the host holds is compared. */
const TURNS_BETWEEN_CLOSES = 40

/** Outside of TMPDIR, which is compared. */
const scratch = join(folder, 'scratch')
const lag = new Lag()
const load = new Load()

async function turn({ scenario, isolation, repetition, seed }: Turn, loaded: boolean): Promise<void> {
  const kit = kitFor(isolation, scratch, new Random(seed))
  lag.reset()
  const about = { scenario: scenario.name, isolation: scenario.once ? '-' : isolation, repetition, loaded } as const
  try {
    const ending = await scenario.run(kit)
    const left = leftAlive()
    const result = assess(scenario, { ending, left, allowance: lag.allowance(), processors: availableParallelism() })
    say({ ...about, ...result })
    if (left.length > 0) killLeft()
  } catch (error) {
    say({ ...about, grade: 'wrong', note: `it threw ${String((error as Error).stack)}` })
  }
}

/** They are told; the next repetition must not be blamed for them. */
function killLeft(): void {
  for (const text of leftAlive()) {
    const pid = Number(/\((\d+),/.exec(text)?.[1])
    if (pid > 1) process.kill(pid, 'SIGKILL')
  }
}

async function pass(turns: readonly Turn[], loaded: boolean): Promise<void> {
  if (loaded) await load.start()
  before = hostState()
  let sinceClose = 0
  for (const each of turns) {
    if (Date.now() > order.until) break
    await turn(each, loaded)
    if (++sinceClose % TURNS_BETWEEN_CLOSES === 0) await closeAndCompare(each)
  }
  await closeAll()
  if (loaded) await load.stop()
}

async function closeAndCompare({ isolation, repetition }: Turn): Promise<void> {
  const about = { scenario: 'what the host holds after each 40', isolation, repetition, loaded: false }
  await closeAll()
  const left = await leftHeld(before)
  say(left.length > 0 ? { ...about, grade: 'leftover', note: left.join(', ') } : { ...about, grade: 'right' })
  before = hostState()
}

function say(line: Line): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

// What is loaded once is not held by a job.
const warmUp = kitFor(order.isolations[0] ?? 'exec', scratch, new Random(order.seed))
await warmUp.command('true')
await warmUp.call('values', 'add', [1, 2])
await closeAll()
let before = hostState()

for (let repetition = order.first; repetition < order.first + order.repetitions && Date.now() < order.until; repetition++) {
  for (const loaded of order.loads) await pass(turnsOf(scenarios, order, repetition), loaded === 'loaded')
}
await closeAll()
await lag.stop()
