// A trivial function in a fresh process for each call, one after the other: until its outcome, so the worker is reaped by then.
// Again in a host that holds 1 GB, and with 1,000 idle processes on the machine.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limitModule } from 'stint'
import { everyLimit } from '../limits.mjs'
import { inTurn, rounds, summary, tell, tellAll } from '../measure.mjs'
import { forked, isolated, pools, threaded } from '../others/contestants.mjs'

const tasks = new URL('../tasks.mjs', import.meta.url)
const group = 'fresh call'

const made = ['fork', 'exec'].map((isolation) => ({
  isolation,
  module: limitModule(tasks, { ...everyLimit, isolation, concurrency: 1 }),
}))
for (const { module } of made) await module.ready()
const [fork, exec] = made.map(
  ({ module }) =>
    () =>
      called(module),
)

tell(group, 'bare fork and wait, in C', floor())
tellAll(group, await inTurn({ "stint, isolation 'fork', every limit": fork }, rounds(1000), 20))
tellAll(group, await inTurn({ "stint, isolation 'exec', every limit": exec }, rounds(40)))
const fresh = await isolated()
if (fresh !== undefined)
  tellAll(group, await inTurn({ 'isolated-vm, fresh isolate, no process': () => fresh(1).then(none) }, rounds(200)))
tellAll(
  group,
  await inTurn(
    {
      'child_process.fork, one a call': () => forked('trivial', 1).then(none),
      'worker_thread, one a call': () => threaded('trivial', 1).then(none),
    },
    rounds(25),
  ),
)
for (const { name, call, close } of await pools(1)) {
  tellAll(group, await inTurn({ [name]: () => call('trivial', 1).then(none) }, rounds(200)))
  await close()
}

const held = Buffer.alloc(1e9, 1)
tellAll('fresh call, host of 1 GB', await inTurn({ "stint, isolation 'fork', every limit": fork }, rounds(300)))
tellAll(
  'fresh call, host of 1 GB',
  await inTurn({ 'child_process.fork, one a call': () => forked('trivial', 1).then(none) }, rounds(10)),
)
if (held.length !== 1e9) throw new Error('unreachable')

const crowd = spawn('sh', ['-c', 'i=0; while [ $i -lt 1000 ]; do sleep 200 & i=$((i+1)); done; echo there; wait'], {
  stdio: ['ignore', 'pipe', 'ignore'],
  detached: true,
})
await once(crowd.stdout, 'data')
try {
  tellAll('fresh call, 1,000 idle processes', await inTurn({ "stint, isolation 'fork', every limit": fork }, rounds(300)))
} finally {
  process.kill(-crowd.pid, 'SIGKILL')
}
for (const { module } of made) await module.close()

async function called(module) {
  const outcome = await module.trivial.run(1)
  if (outcome.value !== 2) throw new Error(`${outcome.kind}/${outcome.reason}`)
}

function none() {}

function floor() {
  const program = join(tmpdir(), `stint-floor-${process.pid}`)
  const source = new URL('../floor.c', import.meta.url).pathname
  const built = spawnSync('cc', ['-O2', '-o', program, source], { encoding: 'utf8' })
  if (built.status !== 0) throw new Error(built.stderr)
  const { stdout } = spawnSync(program, [String(rounds(1000))], { encoding: 'utf8' })
  rmSync(program)
  return summary(
    stdout
      .trim()
      .split('\n')
      .map((microseconds) => Number(microseconds) / 1000),
  )
}
