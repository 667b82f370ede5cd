// How late endings are: from the limit until the outcome is in hand and the tree is gone, for wall and CPU limits, one job at a time,
// with the host's event loop blocked, and a hundred jobs at once; beside timeout(1) over the same program in the same run.
//   node bench/lateness.mjs [repetitions]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { spawnLimited } from 'stint'
import { summary } from './measure.mjs'

const repetitions = Number(process.argv[2] ?? 30)
const WALL = 100
const CPU = 100
const sleeping = ['sleep', ['60']]
const burning = ['sh', ['-c', 'while :; do :; done']]

/** Milliseconds from the call until the end is known, beyond the limit. What starting costs is in it, as it is for timeout(1). */
async function beyond(limit, ended) {
  const before = performance.now()
  await ended()
  return performance.now() - before - limit
}

const wall = ([file, args]) => beyond(WALL, () => spawnLimited(file, args, { wallTime: WALL }).outcome)
const byTimeout = ([file, args]) =>
  beyond(WALL, () => once(spawn('timeout', ['-s', 'KILL', `${WALL / 1000}`, file, ...args], { stdio: 'ignore' }), 'exit'))

/** CPU time beyond the limit, as the outcome tells it. */
async function cpu() {
  const { usage } = await spawnLimited(...burning, { cpuTime: CPU }).outcome
  return usage.cpuTime - CPU
}

/** The outcome's own figure: nobody could be told while the loop stood still. */
async function blocked() {
  const { outcome } = spawnLimited(...sleeping, { wallTime: WALL })
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WALL * 2)
  return (await outcome).wallTime - WALL
}

const own = async () => (await spawnLimited(...sleeping, { wallTime: WALL }).outcome).wallTime - WALL

const hundred = (one) => Promise.all(Array.from({ length: 100 }, one))

const rows = {
  'timeout(1), wall': () => byTimeout(sleeping),
  'wall, asleep': () => wall(sleeping),
  'wall, busy': () => wall(burning),
  'wall, event loop blocked': blocked,
  CPU: cpu,
  'timeout(1), wall, 100 at once': () => hundred(() => byTimeout(sleeping)),
  'wall, 100 at once': () => hundred(() => wall(sleeping)),
  "wall, 100 at once, by the outcome's own figure": () => hundred(own),
}

for (const [name, row] of Object.entries(rows)) {
  const seen = []
  const times = name.includes('at once') ? Math.ceil(repetitions / 10) : repetitions
  for (let count = 0; count < times; count++) seen.push(await row())
  console.log(JSON.stringify({ name, ...summary(seen.flat()) }))
}
