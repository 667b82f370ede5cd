// How far over its CPU limit a job gets, and how late a wall limit is, with the host's event loop free and blocked.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { limitModule, spawnLimited } from 'stint'
import { inTurn, quick, rounds, summary, tell, tellAll } from '../measure.mjs'

const tasks = new URL('../tasks.mjs', import.meta.url)
const cpuLimits = quick ? [50, 200] : [50, 200, 1000]
const wall = 200

for (const cpuTime of cpuLimits) {
  for (const isolation of ['fork', 'exec']) {
    const module = limitModule(tasks, { isolation, cpuTime, wallTime: '60s', concurrency: 1 })
    const over = await repeated(cpuTime > 500 ? 3 : 10, async () => (await module.spin.run()).usage.cpuTime - cpuTime)
    tell(`over a CPU limit of ${cpuTime} ms`, `stint, isolation '${isolation}', its own clock`, over, { ours: true })
    await module.close()
  }
  const over = await repeated(cpuTime > 500 ? 3 : 10, () => overshootOfTree(cpuTime))
  tell(`over a CPU limit of ${cpuTime} ms`, 'stint, a command with two busy children', over, { ours: true })
}
tell('over a CPU limit of 1000 ms', 'prlimit --cpu=1 (RLIMIT_CPU)', await repeated(3, overshootOfRlimit))

const lateness = {}
for (const isolation of ['fork', 'exec']) {
  const module = limitModule(tasks, { isolation, wallTime: wall, concurrency: 1 })
  await module.ready()
  lateness[`stint, isolation '${isolation}'`] = [module, async () => module.sleep.run(60_000)]
}
const free = Object.fromEntries(Object.entries(lateness).map(([name, [, run]]) => [name, () => late(run)]))
free['child_process.spawn with timeout'] = () => late(timedOut)
tellAll(`late for a wall limit of ${wall} ms, event loop free`, await inTurn(free, rounds(20)))
const blocked = Object.fromEntries(Object.entries(lateness).map(([name, [, run]]) => [name, () => lateWhileBlocked(run)]))
tellAll(`late for a wall limit of ${wall} ms, event loop blocked for 600 ms`, await inTurn(blocked, rounds(10)))
tell(
  `late for a wall limit of ${wall} ms, event loop blocked for 600 ms`,
  'child_process.spawn with timeout',
  await repeated(10, timedOutWhileBlocked),
)
for (const [module] of Object.values(lateness)) await module.close()

async function repeated(count, measure) {
  const values = []
  for (let round = 0; round < (quick ? Math.min(count, 5) : count); round++) values.push(await measure())
  return summary(values)
}

async function overshootOfTree(cpuTime) {
  const busy = 'while :; do :; done'
  const { kind, usage } = await spawnLimited('sh', ['-c', `sh -c '${busy}' & sh -c '${busy}' & wait`], {
    cpuTime,
    wallTime: '60s',
  }).outcome
  if (kind !== 'CpuTimeout') throw new Error(kind)
  return usage.cpuTime - cpuTime
}

/** What a shell around it counts: user and system time of its children. */
async function overshootOfRlimit() {
  const script = "TIMEFORMAT='%3U %3S'; { time prlimit --cpu=1 sh -c 'while :; do :; done' 2>/dev/null; } 2>&1"
  const { stdout } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
  const [user = 0, system = 0] = (stdout.trim().split('\n').at(-1) ?? '').split(' ').map(Number)
  return (user + system - 1) * 1000
}

/** From the call to the outcome in hand. */
async function late(run) {
  const started = performance.now()
  await run()
  return performance.now() - started - wall
}

async function timedOut() {
  await once(spawn('sleep', ['60'], { timeout: wall, killSignal: 'SIGKILL', stdio: 'ignore' }), 'close')
}

/** The keeper's clock tells when the job was over: the host could not look. */
async function lateWhileBlocked(run) {
  const running = run()
  await new Promise((resolve) => setTimeout(resolve, 20))
  block(600)
  return (await running).wallTime - wall
}

async function timedOutWhileBlocked() {
  const started = performance.now()
  const ended = timedOut()
  await new Promise((resolve) => setTimeout(resolve, 20))
  block(600)
  await ended
  return performance.now() - started - wall
}

function block(ms) {
  const until = performance.now() + ms
  while (performance.now() < until);
}
