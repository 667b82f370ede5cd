// Memory: on and off the heap, in threads, in children, shared, only reserved, held by the host.
import type { Size } from 'stint'
import { program } from '../../support/programs.js'
import type { Scenario, Truth } from '../scenario.js'

const OFF_HEAP: Truth[] = ['Memorylimit/data', 'Memorylimit/tree', 'Memorylimit/cgroup']
const ANY: Truth[] = ['Memorylimit/heap', 'Memorylimit/thread', ...OFF_HEAP]
const TREE: Truth[] = ['Memorylimit/tree', 'Memorylimit/cgroup']

function fn(name: string, truth: readonly Truth[], memory: Size, [task, ...args]: readonly [string, ...unknown[]]): Scenario {
  return { name, truth, run: (kit) => kit.call('memory', task, args, { memory, wallTime: '90s' }) }
}

function command(name: string, truth: readonly Truth[], memory: Size, [file, ...args]: readonly [string, ...string[]]): Scenario {
  return { name, truth, once: true, run: (kit) => kit.command(file, args, { memory, wallTime: '60s' }) }
}

const sixOf = (megabytes: number) =>
  ['sh', '-c', `for i in 1 2 3 4 5 6; do ${program('hold')} ${megabytes} 1500 & done; wait`] as const

export const memory: readonly Scenario[] = [
  fn('150 of 200 MB', ['Ok/returned'], '200MB', ['touch', 150]),
  fn('230 of 200 MB', ANY, '200MB', ['touch', 230]),
  fn('many small strings', ANY, '100MB', ['growStrings']),
  fn('a growing Map', ANY, '64MB', ['growMap']),
  fn('growing buffers', ANY, '64MB', ['growBuffers']),
  fn('one huge array', ANY, '100MB', ['hugeArray']),
  fn('one huge buffer', ANY, '100MB', ['hugeBuffer', 400]),
  fn('a refusal that is survived', ['Ok/returned'], '100MB', ['survivesRefusal', 300]),
  fn('a thread that grows', ANY, '120MB', ['growInThread']),
  fn('1 GB reserved, not touched', ['Ok/returned'], '256MB', ['reserve', 1_000]),
  fn('120 MB result under 256 MB', ['Ok/returned'], '256MB', ['result', 120]),
  fn('four children of 60 MB under 150 MB', TREE, '150MB', ['holdInChildren', program('hold'), 4, 60]),
  {
    name: 'the host holds 400 MB',
    truth: ['Ok/returned'],
    run: async (kit) => {
      const held = Buffer.alloc(400e6, 1)
      const outcome = await kit.call('memory', 'touch', [50], { memory: '128MB', wallTime: '90s' })
      return held.at(-1) === 1 ? outcome : outcome
    },
  },
  {
    name: 'killed while it sends a large result',
    truth: ['Timeout/wall'],
    run: (kit) => kit.call('memory', 'sendsForEver', [200], { wallTime: 1_000, resultSize: Number.POSITIVE_INFINITY }),
  },
  {
    name: 'a result larger than resultSize',
    truth: ['Anything/too-large'],
    run: (kit) => kit.call('memory', 'result', [30], { resultSize: '10MB', memory: '256MB' }),
  },
  command('command: 60 of 100 MB', ['Ok/exited'], '100MB', [program('hold'), '60', '20']),
  command('command refused, and deals with it', ['Anything/exited'], '100MB', [program('hold'), '120', '20']),
  command('command: 1 GB reserved', ['Ok/exited'], '256MB', [program('reserve'), '1000']),
  command('six children of 60 MB under 200 MB', TREE, '200MB', sixOf(60)),
  command('six children of 25 MB under 200 MB', ['Ok/exited'], '200MB', sixOf(25)),
  command('200 MB shared between two, under 100 MB', TREE, '100MB', [program('share_memory'), '200', '20000']),
  command('60 MB shared between two, under 100 MB', ['Ok/exited'], '100MB', [program('share_memory'), '60', '300']),
  command('malloc unchecked, pieces of 64 kB', ['Memorylimit/data/probable'], '64MB', [program('unchecked_malloc'), '64']),
  command('malloc unchecked, pieces of 1 MB', ['Memorylimit/data/probable'], '64MB', [program('unchecked_malloc'), '1024']),
  {
    name: 'SIGSEGV, memory limit not near',
    truth: ['Anything/signaled'],
    once: true,
    run: (kit) => kit.command('sh', ['-c', 'kill -SEGV $$'], { memory: '256MB' }),
  },
]
