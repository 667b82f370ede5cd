// `npm run endurance`: very many calls, or very many kills, and a look at what is left.
//   --calls 100000      calls: 85 % values and errors, 10 % limits, 5 % crashes
//   --kills 1000        kills of a template, keeper or worker at random moments, among calls
//   --isolation fork    or exec
//   --concurrency 4 --seed S --minutes M (no further call or kill begins after that)
// Prints how many calls ended as expected and otherwise, and what this process held before and afterwards.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { figures, gained, hostState } from '../support/host-state.js'
import type { Isolation } from '../support/isolations.js'
import { until } from '../support/poll.js'
import { Random } from '../support/random.js'
import { callMany } from './calls.js'
import { Counts } from './counts.js'
import { killMany } from './kills.js'

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '0' },
    kills: { type: 'string', default: '0' },
    isolation: { type: 'string', default: 'fork' },
    concurrency: { type: 'string', default: '4' },
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
  },
})

const folder = mkdtempSync(join(tmpdir(), 'stint-test-')) // what others leave in the machine's is not to be mistaken for ours
process.env.TMPDIR = folder
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const order = {
  isolation: values.isolation as Isolation,
  concurrency: Number(values.concurrency),
  until: performance.now() + Number(values.minutes) * 60_000,
  random: new Random(Number(values.seed)),
  counts: new Counts(),
}

/** What values held is given back when they are collected. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc?.()
    await delay(20)
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
const shown = ({ descriptors, mappings, resident }: ReturnType<typeof figures>): string =>
  `${descriptors} descriptors, ${mappings} mappings, ${megabytes(resident)} resident`

console.log(`Node ${process.version}, isolation ${order.isolation}, concurrency ${order.concurrency}, seed ${values.seed}`)
await callMany({ ...order, counts: new Counts() }, 200) // what is loaded and compiled once
await settle()
const held = hostState()
const before = figures()
const began = performance.now()
if (Number(values.calls) > 0) await callMany(order, Number(values.calls))
if (Number(values.kills) > 0) await killMany(order, Number(values.kills))
const seconds = (performance.now() - began) / 1000
await settle()
const left = (): string[] => gained(held, hostState())
await until('nothing is left', () => left().length === 0, 10_000).catch(() => undefined)

order.counts.print(seconds)
console.log(`before: ${shown(before)}`)
console.log(`after:  ${shown(figures())}`)
console.log(left().length === 0 ? 'left behind: nothing' : `left behind:\n  ${left().join('\n  ')}`)
process.exitCode = order.counts.wrong === 0 && left().length === 0 ? 0 : 1
