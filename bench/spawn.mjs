// What spawnLimited('/bin/true') costs until its outcome, beside child_process.spawn until its exit, call by call in turn; and
// how long each call itself blocks the event loop. Rows for a host as it is, and one that holds a gigabyte.
//   node bench/spawn.mjs [pairs] [megabytes...]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { spawnLimited } from 'stint'
import { everyLimit } from './limits.mjs'
import { quantile } from './measure.mjs'

const [pairs = 300, ...sizes] = process.argv.slice(2).map(Number)
const limits = { ...everyLimit, addressSpace: '2GB' } // below 1 GiB the program's loader is watched as well: docs/limits.md
const ways = {
  'child_process.spawn': (mark) => {
    const child = spawn('/bin/true', { stdio: ['ignore', 'pipe', 'pipe'] })
    mark()
    return once(child, 'close')
  },
  'spawnLimited, no limit': (mark) => limited({}, mark),
  'spawnLimited, wallTime': (mark) => limited({ wallTime: '10s' }, mark),
  'spawnLimited, every limit': (mark) => limited(limits, mark),
}

for (const size of sizes.length > 0 ? sizes : [0, 1000]) {
  const held = Buffer.alloc(size * 1e6, 1) // resident: written to
  const rows = await measured()
  const base = rows[0].median
  const resident = (process.memoryUsage.rss() / 1e6).toFixed(0)
  for (const row of rows) console.log(JSON.stringify({ resident, ...row, ratio: +(row.median / base).toFixed(2) }))
  if (held.length !== size * 1e6) throw new Error('unreachable')
}

async function measured() {
  const seen = Object.fromEntries(Object.keys(ways).map((name) => [name, { total: [], blocked: [] }]))
  for (let pair = -20; pair < pairs; pair++) {
    for (const [name, way] of Object.entries(ways)) {
      const { total, blocked } = await timed(way)
      if (pair < 0) continue // warming up
      seen[name].total.push(total)
      seen[name].blocked.push(blocked)
    }
  }
  return Object.entries(seen).map(([name, { total, blocked }]) => ({
    name,
    median: quantile(total, 0.5),
    p99: quantile(total, 0.99),
    blocked: quantile(blocked, 0.5),
    blocked99: quantile(blocked, 0.99),
  }))
}

async function timed(way) {
  let called = 0
  const started = performance.now()
  await way(() => {
    called = performance.now()
  })
  return { total: performance.now() - started, blocked: called - started }
}

async function limited(options, mark) {
  const job = spawnLimited('/bin/true', [], options)
  mark()
  const outcome = await job.outcome
  if (outcome.kind !== 'Ok') throw new Error(`${outcome.kind}/${outcome.reason}`)
}
