// 64 MB there (the job reads a byte of each page) and back (the job makes them), less what the job itself spends on making them.
import { limitModule } from 'stint'
import { inTurn, rounds, tellAll } from '../measure.mjs'
import { forked, pools, threaded } from '../others/contestants.mjs'

const size = 64e6
const bytes = Buffer.alloc(size, 1)
const tasks = new URL('../tasks.mjs', import.meta.url)
const made = await pools(1)
const modules = ['fork', 'exec'].map((isolation) => [
  isolation,
  limitModule(tasks, { isolation, memory: '512MB', wallTime: '60s', concurrency: 1 }),
])

const ways = [
  ...modules.map(([isolation, module]) => [`stint, isolation '${isolation}'`, (name, arg) => module[name](arg)]),
  ['child_process.fork, one a call', forked],
  ['worker_thread, one a call', threaded],
  ...made.map(({ name, call }) => [name, call]),
]
const trivially = await inTurn(
  each((call) => call('trivial', 1).then(none)),
  rounds(10),
  2,
)
const there = await inTurn(
  each((call) => call('take', bytes).then(none)),
  rounds(10),
  1,
)
const back = await inTurn(
  each(async (call) => {
    const started = performance.now()
    const { spent } = await call('give', size)
    return performance.now() - started - spent
  }),
  rounds(10),
  1,
)

tellAll('64 MB there', lessTrivial(there))
tellAll('64 MB back', lessTrivial(back))
for (const { close } of made) await close()
for (const [, module] of modules) await module.close()

function each(job) {
  return Object.fromEntries(ways.map(([name, call]) => [name, () => job(call)]))
}

/** On top of a call that carries nothing. */
function lessTrivial(results) {
  return Object.fromEntries(
    Object.entries(results).map(([name, { median, p99, n }]) => [
      name,
      { median: Math.max(0, median - trivially[name].median), p99: Math.max(0, p99 - trivially[name].median), n },
    ]),
  )
}

/** What a call gives is no figure. */
function none() {}
