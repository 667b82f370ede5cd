// Memory: on and off the heap, in threads, in children, shared, only reserved, held by the host. Sizes are as small as the truth
// allows: a repetition costs what its pages cost.
import type { CommandOptions, Size } from 'stint'
import { onDisk } from '../../support/paths.js'
import { program } from '../../support/programs.js'
import type { Ending, Scenario, Truth } from '../scenario.js'

const OFF_HEAP: Truth[] = ['Memorylimit/data', 'Memorylimit/tree', 'Memorylimit/cgroup']
const ANY: Truth[] = ['Memorylimit/heap', 'Memorylimit/thread', ...OFF_HEAP]
const TREE: Truth[] = ['Memorylimit/tree', 'Memorylimit/cgroup']

/** Who ends by itself was not over the limit either. */
const check = ({ kind, overLimit }: Ending) => (kind === 'Ok' && overLimit ? `over ${overLimit}` : undefined)

function fn(name: string, truth: readonly Truth[], memory: Size, [task, ...args]: readonly [string, ...unknown[]]): Scenario {
  return { name, truth, check, run: (kit) => kit.call('memory', task, args, { memory, wallTime: '90s' }) }
}

function command(name: string, truth: readonly Truth[], options: CommandOptions, line: readonly [string, ...string[]]): Scenario {
  const [file, ...args] = line
  return { name, truth, check, once: true, run: (kit) => kit.command(file, args, { wallTime: '60s', ...options }) }
}

const sixOf = (megabytes: number) =>
  ['sh', '-c', `for i in 1 2 3 4 5 6; do ${program('hold')} ${megabytes} 1500 & done; wait`] as const
const sixShort = (megabytes: number) =>
  ['sh', '-c', `for i in 1 2 3 4 5 6; do ${program('hold')} ${megabytes} 20 & done; wait`] as const

const held: Buffer[] = []

export const memory: readonly Scenario[] = [
  fn('18 of 24 MB', ['Ok/returned'], '24MB', ['touch', 18]),
  fn('30 of 24 MB', ANY, '24MB', ['touch', 30]),
  fn('many small strings', ANY, '12MB', ['growStrings']),
  fn('a growing Map', ANY, '12MB', ['growMap']),
  fn('growing buffers', ANY, '24MB', ['growBuffers']),
  fn('one huge array', ANY, '24MB', ['hugeArray', 2e7]),
  fn('one huge buffer', ANY, '24MB', ['hugeBuffer', 100]),
  fn('a refusal that is survived', ['Ok/returned'], '24MB', ['survivesRefusal', 100]),
  fn('a thread that grows', ANY, '40MB', ['growInThread']),
  fn('1 GB reserved, not touched', ['Ok/returned'], '256MB', ['reserve', 1_000]),
  fn('12 MB result under 24 MB', ['Ok/returned'], '24MB', ['result', 12]),
  fn('four children of 8 MB under 24 MB', TREE, '24MB', ['holdInChildren', program('hold'), 4, 8]),
  {
    name: 'the host holds 100 MB',
    truth: ['Ok/returned'],
    run: (kit) => {
      if (held.length === 0) held.push(Buffer.alloc(100e6, 1))
      return kit.call('memory', 'touch', [10], { memory: '24MB', wallTime: '90s' })
    },
  },
  {
    name: 'killed while it sends a large result',
    truth: ['Timeout/wall'],
    run: (kit) =>
      kit.call('memory', 'sendsForEver', [20], { wallTime: 60 + kit.random.below(60), resultSize: Number.POSITIVE_INFINITY }),
  },
  {
    name: 'a result larger than resultSize',
    truth: ['Anything/too-large'],
    run: (kit) => kit.call('memory', 'result', [12], { resultSize: '10MB', memory: '256MB' }),
  },
  command('command: 12 of 20 MB', ['Ok/exited'], { memory: '20MB' }, [program('hold'), '12', '5']),
  command('command refused, and deals with it', ['Anything/exited'], { memory: '20MB' }, [program('hold'), '30', '5']),
  command('command: 1 GB reserved', ['Ok/exited'], { memory: '256MB' }, [program('reserve'), '1000']),
  command('six children of 8 MB under 30 MB', TREE, { memory: '30MB' }, sixOf(8)),
  command('six children of 3 MB under 30 MB', ['Ok/exited'], { memory: '30MB' }, sixShort(3)),
  command('30 MB shared between two, under 20 MB', TREE, { memory: '20MB' }, [program('share_memory'), '30', '20000']),
  command('14 MB shared between two, under 20 MB', ['Ok/exited'], { memory: '20MB' }, [program('share_memory'), '14', '20']),
  command('40 MB written to a file and removed, under 20 MB', ['Ok/exited'], { memory: '20MB' }, [
    'sh',
    '-c',
    `f=$(mktemp -p ${onDisk()}) && head -c 40000000 /dev/zero >$f && cat $f >/dev/null && rm $f`,
  ]),
  command('malloc unchecked, pieces of 64 kB', ['Memorylimit/data/probable'], { memory: '20MB' }, [
    program('unchecked_malloc'),
    '64',
  ]),
  command('malloc unchecked, pieces of 1 MB', ['Memorylimit/data/probable'], { memory: '20MB' }, [
    program('unchecked_malloc'),
    '1024',
  ]),
  command('malloc unchecked, evidence exact', ['Memorylimit/data'], { memory: '20MB', evidence: 'exact' }, [
    program('unchecked'),
    '40',
    '0',
  ]),
  command('a crash near the limit, evidence exact', ['Anything/signaled'], { memory: '20MB', evidence: 'exact' }, [
    program('unchecked'),
    '14',
    '11',
  ]),
  command('a refusal that a command survives, evidence exact', ['Ok/exited'], { memory: '20MB', evidence: 'exact' }, [
    program('survivor'),
    '40',
  ]),
  {
    name: 'SIGSEGV, memory limit not near',
    truth: ['Anything/signaled'],
    once: true,
    run: (kit) => kit.command('sh', ['-c', 'kill -SEGV $$'], { memory: '256MB' }),
  },
]
