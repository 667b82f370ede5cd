// Memory: on and off the heap, in threads, in children, shared, only reserved, held by the host. Sizes are as small as the truth
// allows: a repetition costs what its pages cost.
import type { CommandOptions, Size } from 'stint'
import { program } from '../../support/programs.js'
import type { Scenario, Truth } from '../scenario.js'

const OFF_HEAP: Truth[] = ['Memorylimit/data', 'Memorylimit/tree', 'Memorylimit/cgroup']
const ANY: Truth[] = ['Memorylimit/heap', 'Memorylimit/thread', ...OFF_HEAP]
const TREE: Truth[] = ['Memorylimit/tree', 'Memorylimit/cgroup']

function fn(name: string, truth: readonly Truth[], memory: Size, [task, ...args]: readonly [string, ...unknown[]]): Scenario {
  return { name, truth, run: (kit) => kit.call('memory', task, args, { memory, wallTime: '90s' }) }
}

function command(name: string, truth: readonly Truth[], options: CommandOptions, line: readonly [string, ...string[]]): Scenario {
  const [file, ...args] = line
  return { name, truth, once: true, run: (kit) => kit.command(file, args, { wallTime: '60s', ...options }) }
}

const sixOf = (megabytes: number) =>
  ['sh', '-c', `for i in 1 2 3 4 5 6; do ${program('hold')} ${megabytes} 1500 & done; wait`] as const
const sixShort = (megabytes: number) =>
  ['sh', '-c', `for i in 1 2 3 4 5 6; do ${program('hold')} ${megabytes} 20 & done; wait`] as const

const held: Buffer[] = []

export const memory: readonly Scenario[] = [
  fn('60 of 80 MB', ['Ok/returned'], '80MB', ['touch', 60]),
  fn('95 of 80 MB', ANY, '80MB', ['touch', 95]),
  fn('many small strings', ANY, '40MB', ['growStrings']),
  fn('a growing Map', ANY, '40MB', ['growMap']),
  fn('growing buffers', ANY, '40MB', ['growBuffers']),
  fn('one huge array', ANY, '40MB', ['hugeArray']),
  fn('one huge buffer', ANY, '40MB', ['hugeBuffer', 400]),
  fn('a refusal that is survived', ['Ok/returned'], '40MB', ['survivesRefusal', 300]),
  fn('a thread that grows', ANY, '60MB', ['growInThread']),
  fn('1 GB reserved, not touched', ['Ok/returned'], '256MB', ['reserve', 1_000]),
  fn('40 MB result under 85 MB', ['Ok/returned'], '85MB', ['result', 40]),
  fn('four children of 20 MB under 60 MB', TREE, '60MB', ['holdInChildren', program('hold'), 4, 20]),
  {
    name: 'the host holds 300 MB',
    truth: ['Ok/returned'],
    run: (kit) => {
      if (held.length === 0) held.push(Buffer.alloc(300e6, 1))
      return kit.call('memory', 'touch', [20], { memory: '64MB', wallTime: '90s' })
    },
  },
  {
    name: 'killed while it sends a large result',
    truth: ['Timeout/wall'],
    run: (kit) =>
      kit.call('memory', 'sendsForEver', [60], { wallTime: 150 + kit.random.below(100), resultSize: Number.POSITIVE_INFINITY }),
  },
  {
    name: 'a result larger than resultSize',
    truth: ['Anything/too-large'],
    run: (kit) => kit.call('memory', 'result', [12], { resultSize: '10MB', memory: '256MB' }),
  },
  command('command: 30 of 50 MB', ['Ok/exited'], { memory: '50MB' }, [program('hold'), '30', '5']),
  command('command refused, and deals with it', ['Anything/exited'], { memory: '50MB' }, [program('hold'), '60', '5']),
  command('command: 1 GB reserved', ['Ok/exited'], { memory: '256MB' }, [program('reserve'), '1000']),
  command('six children of 30 MB under 100 MB', TREE, { memory: '100MB' }, sixOf(30)),
  command('six children of 10 MB under 100 MB', ['Ok/exited'], { memory: '100MB' }, sixShort(10)),
  command('100 MB shared between two, under 50 MB', TREE, { memory: '50MB' }, [program('share_memory'), '100', '20000']),
  command('30 MB shared between two, under 50 MB', ['Ok/exited'], { memory: '50MB' }, [program('share_memory'), '30', '20']),
  command('malloc unchecked, pieces of 64 kB', ['Memorylimit/data/probable'], { memory: '40MB' }, [
    program('unchecked_malloc'),
    '64',
  ]),
  command('malloc unchecked, pieces of 1 MB', ['Memorylimit/data/probable'], { memory: '40MB' }, [
    program('unchecked_malloc'),
    '1024',
  ]),
  command('malloc unchecked, evidence exact', ['Memorylimit/data'], { memory: '40MB', evidence: 'exact' }, [
    program('unchecked'),
    '80',
    '0',
  ]),
  command('a crash near the limit, evidence exact', ['Anything/signaled'], { memory: '40MB', evidence: 'exact' }, [
    program('unchecked'),
    '30',
    '11',
  ]),
  command('a refusal that a command survives, evidence exact', ['Ok/exited'], { memory: '40MB', evidence: 'exact' }, [
    program('survivor'),
    '80',
  ]),
  {
    name: 'SIGSEGV, memory limit not near',
    truth: ['Anything/signaled'],
    once: true,
    run: (kit) => kit.command('sh', ['-c', 'kill -SEGV $$'], { memory: '256MB' }),
  },
]
