// Wall and CPU time: jobs that are stuck, that hide from the clock, that spread over threads and processes.
import { program } from '../../support/programs.js'
import type { Ending, Kit, Scenario, Truth } from '../scenario.js'

const far = { memory: '1GB', processes: 40 } as const
const ANY_CLOCK: Truth[] = ['CpuTimeout/worker-clock', 'CpuTimeout/tree-clock']
const TREE_CLOCK: Truth[] = ['CpuTimeout/tree-clock']

type Run = (kit: Kit, limits: object) => Promise<Ending>

/** Stuck for ever: ends at its wall limit. */
function stuck(name: string, run: Run, more: object = {}): Scenario {
  const wallTime = 300
  return {
    name: `${name}, wall`,
    truth: ['Timeout/wall'],
    wall: [wallTime, wallTime],
    run: (kit) => run(kit, { ...far, wallTime, ...more }),
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

const inFunctions = ['sleep', 'spinForEver', 'backtracks', 'spinInWebAssembly', 'spinInNativeCode', 'ignoreSignals'] as const
const argumentsOf: Readonly<Record<string, readonly unknown[]>> = { sleep: [60_000] }

export const time: readonly Scenario[] = [
  ...[...inFunctions, 'stopItself', 'sleepOnFutex', 'catchEverything'].map((name) =>
    stuck(name, fn(name, ...(argumentsOf[name] ?? []))),
  ),
  asCommand(stuck('command sleeps', shell('sleep 60'))),
  asCommand(stuck('command ignores every signal', run('stubborn'), { gracePeriod: 0 })),
  asCommand(stuck('command stops itself', shell('kill -STOP $$'))),
  asCommand(stuck('command is deaf, and no grace is spent', run('stubborn'), { gracePeriod: '20s' })),
  {
    name: 'returns a value within the grace',
    truth: ['Timeout/wall'],
    wall: [200, 700],
    check: (ending) => (ending.partial !== undefined ? undefined : 'no partial value'),
    run: (kit) => kit.call('stops', 'returnsOnLimit', [], { wallTime: 200, gracePeriod: 10_000 }),
  },
  {
    name: 'listens and stays: the grace is spent',
    truth: ['Timeout/wall'],
    wall: [500, 500],
    run: (kit) => kit.call('stops', 'listensAndStays', [], { wallTime: 200, gracePeriod: 300 }),
  },
  {
    name: 'a command exits 5 on its stop signal',
    truth: ['Timeout/wall'],
    once: true,
    wall: [200, 700],
    check: ({ exitCode }) => (exitCode === 5 ? undefined : `exit code ${exitCode}`),
    run: (kit) => kit.command(program('polite'), ['20'], { wallTime: 200, gracePeriod: '20s' }),
  },
  {
    name: 'its limit and its end at the same instant',
    truth: ['Ok/returned', 'Timeout/wall'],
    run: (kit) => kit.call('stops', 'endsAt', [56 + kit.random.below(8)], { wallTime: 60 }),
  },
  {
    name: "a command's limit and its end at the same instant",
    truth: ['Ok/exited', 'Timeout/wall'],
    once: true,
    run: (kit) => kit.command('sleep', [`0.0${46 + kit.random.below(8)}`], { wallTime: 50 }),
  },
  ...['spinForEver', 'backtracks', 'spinInWebAssembly', 'spinInNativeCode', 'catchEverything'].map((name) =>
    burns(name, ANY_CLOCK, 200, fn(name)),
  ),
  burns('two threads', ANY_CLOCK, 300, fn('spinInThreads', 2)),
  burns('four children', TREE_CLOCK, 300, (kit, limits) => kit.call('time', 'burnInChildren', [program('burn'), 4, 240], limits)),
  asCommand(burns('command of two threads', TREE_CLOCK, 300, run('burn', '2', '20000'))),
  asCommand(burns('command with four children', TREE_CLOCK, 300, run('burn_in_children', '4', '240'))),
  asCommand(burns('command that sleeps through the ticks', TREE_CLOCK, 200, run('between_ticks', '20000'))),
  asCommand(burns('parent ignores SIGCHLD, children of 100 ms', TREE_CLOCK, 300, run('ignores_children', '50', '100'))),
  asCommand(burns('parent ignores SIGCHLD, children of 3 ms', TREE_CLOCK, 200, run('ignores_children', '700', '3'))),
  asCommand(burns('a double-forked daemon burns', TREE_CLOCK, 200, run('daemon_burns', '5000'))),
  asCommand(burns('command raises its own soft limits', TREE_CLOCK, 300, run('raise_limits'))),
  burns('function raises its own limits', ANY_CLOCK, 300, (kit, limits) =>
    kit.call('hostile', 'raisesLimits', [], { ...limits, stdout: 'ignore', stderr: 'ignore' }),
  ),
  {
    name: 'four children below the sum',
    truth: ['Ok/returned'],
    run: (kit) => kit.call('time', 'burnInChildren', [program('burn'), 4, 40], { cpuTime: '2s', wallTime: '60s' }),
  },
  {
    name: 'sleeping costs no CPU time',
    truth: ['Ok/returned'],
    run: (kit) => kit.call('time', 'sleep', [200], { cpuTime: 150, wallTime: '60s' }),
  },
  {
    name: "the host's event loop is blocked",
    truth: ['Timeout/wall'],
    once: true,
    wall: [200, 200],
    run: (kit) => {
      const job = kit.command('sleep', ['60'], { wallTime: 200 })
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600)
      return job
    },
  },
]
