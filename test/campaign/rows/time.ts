// Wall and CPU time: jobs that are stuck, that hide from the clock, that spread over threads and processes.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { blockLoop } from '../../support/poll.js'
import { program } from '../../support/programs.js'
import type { Ending, Kit, Scenario, Truth } from '../scenario.js'

const far = { memory: '1GB', processes: 40 } as const
const ANY_CLOCK: Truth[] = ['CpuTimeout/worker-clock', 'CpuTimeout/tree-clock']
const TREE_CLOCK: Truth[] = ['CpuTimeout/tree-clock']
const WALL = 60
/** By then a function surely listens, which gives it its grace: on loaded cores it may begin late. */
const SETTLED = 300
const CPU = 25

type Run = (kit: Kit, limits: object) => Promise<Ending>

/** Stuck for ever: ends at its wall limit. */
function stuck(name: string, run: Run, more: object = {}): Scenario {
  return {
    name: `${name}, wall`,
    truth: ['Timeout/wall'],
    wall: [WALL, WALL],
    run: (kit) => run(kit, { ...far, wallTime: WALL, ...more }),
  }
}

function burns(name: string, truth: readonly Truth[], cpu: number, run: Run): Scenario {
  return { name: `${name}, CPU`, truth, cpu, run: (kit) => run(kit, { ...far, cpuTime: cpu, wallTime: '60s' }) }
}

const fn =
  (name: string, ...args: readonly unknown[]): Run =>
  (kit, limits) =>
    kit.call('time', name, args, limits)
const run =
  (name: string, ...args: readonly string[]): Run =>
  (kit, limits) =>
    kit.command(program(name), args, limits)
const shell =
  (script: string): Run =>
  (kit, limits) =>
    kit.command('sh', ['-c', script], limits)
const asCommand = (row: Scenario): Scenario => ({ ...row, once: true })

/** A pipe with a name that nobody writes to: open(2) waits in native code. */
const inOpen: Run = (kit, limits) => {
  const fifo = join(kit.folder, 'fifo')
  if (!existsSync(fifo)) execFileSync('mkfifo', [fifo])
  return kit.call('time', 'sleepInNativeCode', [fifo], limits)
}

const inFunctions = ['sleep', 'spinForEver', 'backtracks', 'spinInWebAssembly', 'spinInNativeCode', 'ignoreSignals'] as const
const argumentsOf: Readonly<Record<string, readonly unknown[]>> = { sleep: [60_000] }
/** Spinning JavaScript: where it is known, it is the function's name. */
const toldWhere = (name: string, row: Scenario): Scenario => ({
  ...row,
  check: ({ where }) => (where === undefined || where.includes(name) ? undefined : `where is ${where}`),
})

function blocked(name: string, start: (kit: Kit) => Promise<Ending>): Scenario {
  return {
    name: `the host's event loop is blocked, ${name}`,
    truth: ['Timeout/wall'],
    alone: true,
    wall: [WALL, WALL],
    run: (kit) => {
      const job = start(kit)
      blockLoop(200)
      return job
    },
  }
}

/** Jobs at once, half of them killed early: each must be told at its own end. */
async function sixteen(kit: Kit): Promise<Ending> {
  const dies = () => kit.command('sh', ['-c', 'sleep 0.05; kill -9 $$'], { wallTime: '60s' })
  const sleeps = () => kit.command('sleep', ['0.3'], { wallTime: '60s' })
  const endings = await Promise.all(Array.from({ length: 16 }, (_, index) => (index % 2 ? sleeps() : dies())))
  const untrue = endings.find(({ kind, signal }, index) => (index % 2 ? kind !== 'Ok' : signal !== 'SIGKILL'))
  const latest = Math.max(...endings.filter((_, index) => index % 2 === 0).map(({ wallTime }) => wallTime))
  return untrue ?? { kind: 'Ok', reason: 'each', certainty: 'certain', wallTime: latest }
}

export const time: readonly Scenario[] = [
  ...[...inFunctions, 'stopItself', 'sleepOnFutex', 'catchEverything'].map((name) =>
    stuck(name, fn(name, ...(argumentsOf[name] ?? []))),
  ),
  stuck('sleeps in native code', inOpen),
  asCommand(stuck('command sleeps', shell('sleep 60'))),
  asCommand(stuck('command ignores every signal', run('stubborn'), { gracePeriod: 0 })),
  asCommand(stuck('command stops itself', shell('kill -STOP $$'))),
  asCommand(stuck('command is deaf, and no grace is spent', run('stubborn'), { gracePeriod: '20s' })),
  {
    name: 'returns a value within the grace',
    truth: ['Timeout/wall'],
    wall: [SETTLED, SETTLED + 500],
    check: (ending) => (ending.partial !== undefined ? undefined : 'no partial value'),
    run: (kit) => kit.call('stops', 'returnsOnLimit', [], { wallTime: SETTLED, gracePeriod: 20_000 }),
  },
  {
    name: 'listens and stays: the grace is spent',
    truth: ['Timeout/wall'],
    wall: [SETTLED + 60, SETTLED + 60],
    run: (kit) => kit.call('stops', 'listensAndStays', [], { wallTime: SETTLED, gracePeriod: 60 }),
  },
  {
    name: 'a command exits 5 on its stop signal',
    truth: ['Timeout/wall'],
    once: true,
    wall: [300, 800],
    check: ({ exitCode }) => (exitCode === 5 ? undefined : `exit code ${exitCode}`),
    run: (kit) => kit.command(program('polite'), ['20'], { wallTime: 300, gracePeriod: '20s' }),
  },
  {
    name: 'its limit and its end at the same instant',
    truth: ['Ok/returned', 'Timeout/wall'],
    run: (kit) => kit.call('stops', 'endsAt', [46 + kit.random.below(8)], { wallTime: 50 }),
  },
  {
    name: "a command's limit and its end at the same instant",
    truth: ['Ok/exited', 'Timeout/wall'],
    once: true,
    run: (kit) => kit.command('sleep', [`0.0${26 + kit.random.below(8)}`], { wallTime: 30 }),
  },
  ...['spinForEver', 'backtracks', 'catchEverything'].map((name) => toldWhere(name, burns(name, ANY_CLOCK, CPU, fn(name)))),
  ...['spinInWebAssembly', 'spinInNativeCode'].map((name) => burns(name, ANY_CLOCK, CPU, fn(name))),
  burns('two threads', ANY_CLOCK, 50, fn('spinInThreads', 2)),
  burns('four children', TREE_CLOCK, 40, (kit, limits) => kit.call('time', 'burnInChildren', [program('burn'), 4, 30], limits)),
  asCommand(burns('command of two threads', TREE_CLOCK, CPU, run('burn', '2', '20000'))),
  asCommand(burns('command with four children', TREE_CLOCK, 40, run('burn_in_children', '4', '30'))),
  asCommand(burns('command that sleeps through the ticks', TREE_CLOCK, CPU, run('between_ticks', '20000'))),
  asCommand(burns('parent ignores SIGCHLD, children of 30 ms', TREE_CLOCK, 60, run('ignores_children', '50', '30'))),
  asCommand(burns('parent ignores SIGCHLD, children of 3 ms', TREE_CLOCK, 60, run('ignores_children', '700', '3'))),
  asCommand(burns('a double-forked daemon burns', TREE_CLOCK, CPU, run('daemon_burns', '5000'))),
  asCommand(burns('command raises its own soft limits', TREE_CLOCK, CPU, run('raise_limits'))),
  burns('function raises its own limits', ANY_CLOCK, CPU, (kit, limits) =>
    kit.call('hostile', 'raisesLimits', [], { ...limits, stdout: 'ignore', stderr: 'ignore' }),
  ),
  {
    name: 'four children below the sum',
    truth: ['Ok/returned'],
    run: (kit) => kit.call('time', 'burnInChildren', [program('burn'), 4, 10], { cpuTime: '2s', wallTime: '60s' }),
  },
  {
    name: 'sleeping costs no CPU time',
    truth: ['Ok/returned'],
    run: (kit) => kit.call('time', 'sleep', [120], { cpuTime: 100, wallTime: '60s' }),
  },
  { ...blocked('command', (kit) => kit.command('sleep', ['60'], { wallTime: WALL })), once: true },
  blocked('function', (kit) => kit.call('time', 'sleep', [60_000], { wallTime: WALL })),
  { name: '16 jobs at once, 8 die early', truth: ['Ok/each'], once: true, alone: true, wall: [50, 50], run: sixteen },
]
