// The limit on processes, and what is left when a job is over.
import { program } from '../../support/programs.js'
import type { Scenario, Truth } from '../scenario.js'

const DENIED: Truth[] = ['Subprocess/denied']
const wallTime = '60s'
const WALL = 80
const clean = { wallTime: WALL, cpuTime: '30s' } as const

function command(
  name: string,
  truth: readonly Truth[],
  processes: number,
  [file, ...args]: readonly [string, ...string[]],
): Scenario {
  return { name, truth, once: true, run: (kit) => kit.command(file, args, { processes, wallTime }) }
}

function fn(
  name: string,
  truth: readonly Truth[],
  processes: number,
  [task, ...args]: readonly [string, ...unknown[]],
): Scenario {
  return { name, truth, run: (kit) => kit.call('processes', task, args, { processes, wallTime }) }
}

function leaves(name: string, truth: readonly Truth[], [task, ...args]: readonly [string, ...unknown[]]): Scenario {
  return { name, truth, run: (kit) => kit.call('processes', task, args, { wallTime: '30s' }) }
}

function killed(name: string, [file, ...args]: readonly [string, ...string[]]): Scenario {
  return { name, truth: ['Timeout/wall'], once: true, wall: [WALL, WALL], run: (kit) => kit.command(file, args, clean) }
}

const PIPELINE = 'printf "b\\na\\n" | sort | grep -q a'
const calls = ['vfork', 'clone3', 'spawn', 'clone'] as const

export const processes: readonly Scenario[] = [
  fn('none allowed, one started', DENIED, 0, ['startChildren', 1]),
  fn('none allowed, two threads', ['Ok/returned'], 0, ['threadsOnly', 2]),
  fn('the error of a denied child is swallowed', DENIED, 0, ['swallowsDenial']),
  fn('two allowed, two started', ['Ok/returned'], 2, ['startChildren', 2]),
  fn('two allowed, three started', DENIED, 2, ['startChildren', 3]),
  fn('one allowed, five in turn', ['Ok/returned'], 1, ['startInTurn', 5]),
  fn('a pipeline of three', ['Ok/returned'], 4, ['shell', 'echo a b c | tr " " "\\n" | wc -l']),
  command('command: 1 allowed, 4 children', DENIED, 1, [program('children'), '4']),
  command('command: 3 allowed, 3 children', ['Ok/exited'], 3, [program('children'), '3']),
  command('command: 0 allowed, 8 threads', ['Ok/exited'], 0, [program('threads'), '8']),
  command('command: 1 allowed, 8 threads', ['Ok/exited'], 1, [program('threads'), '8']),
  command('a pipeline of three inside the allowance', ['Ok/exited'], 3, ['sh', '-c', PIPELINE]),
  command('ten pipelines, one after the other', ['Ok/exited'], 3, [
    'sh',
    '-c',
    `for i in ${'1 '.repeat(10)}; do ${PIPELINE} || exit 1; done`,
  ]),
  command('a fork bomb', DENIED, 20, [program('fork_bomb')]),
  ...calls.map((call) => command(`0 allowed, ${call}`, DENIED, 0, [program('forks_by'), call])),
  ...calls.map((call) => command(`1 allowed, ${call}`, ['Ok/exited'], 1, [program('forks_by'), call])),
  {
    name: 'fork of a system that is full is not ours',
    truth: ['Anything/exited'],
    once: true,
    run: (kit) => kit.command('sh', ['-c', 'echo "fork: Resource temporarily unavailable" >&2; exit 2'], { processes: 3 }),
  },
  leaves('returns with three children', ['Ok/returned'], ['startChildren', 3]),
  leaves('returns with a setsid child that holds stdout', ['Ok/returned'], ['leaveDetached', 'sleep', ['300']]),
  leaves('returns with a double-forked daemon', ['Ok/returned'], ['leaveDaemon', program('daemon')]),
  {
    name: 'CPU limit with a grandchild alive',
    truth: ['CpuTimeout/worker-clock', 'CpuTimeout/tree-clock'],
    cpu: 25,
    run: (kit) => kit.call('processes', 'leaveThenBurn', [], { cpuTime: 25, wallTime: '60s' }),
  },
  {
    name: 'kill -9 to itself with a grandchild alive',
    truth: ['Anything/signaled'],
    run: (kit) => kit.call('endings', 'dieWithGrandchild', [], { memory: '512MB', cpuTime: '20s', wallTime: '30s' }),
  },
  {
    name: 'a command leaves a daemon that holds stdout',
    truth: ['Ok/exited'],
    once: true,
    run: (kit) => kit.command(program('daemon'), ['300'], { wallTime: '30s' }),
  },
  {
    name: 'a command leaves setsid, stopped and background children',
    truth: ['Ok/exited'],
    once: true,
    run: (kit) => kit.command('sh', ['-c', 'setsid sleep 300 & sleep 300 & kill -STOP $!; sleep 300 &'], { wallTime: '30s' }),
  },
  killed('twenty comets', [program('comets'), '20', '20000']),
  killed('descendants that trace and stop each other', [program('trace_each_other')]),
  killed('a deaf tree with a daemon', [
    'sh',
    '-c',
    `setsid sh -c 'sleep 300 & ${program('daemon')} 300' & ${program('stubborn')}`,
  ]),
  killed('a stopped pipeline', ['sh', '-c', 'sleep 300 | (sleep 300 & kill -STOP $!; sleep 300)']),
]
