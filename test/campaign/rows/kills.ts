// Killed by somebody else at a random moment: host, keeper, worker. What is said must be true, nothing may be left, and the
// next call must work.
import { startHost } from '../../support/hosts.js'
import { until } from '../../support/poll.js'
import { ours, type Process } from '../../support/processes.js'
import type { Ending, Kit, Scenario, Truth } from '../scenario.js'

const ANY_END: Truth[] = [
  'Timeout/wall',
  'Anything/lost',
  'Anything/lost/probable',
  'Anything/signaled',
  'Anything/launch-failed',
]
const limits = { wallTime: 250, memory: '512MB' } as const

const isKeeper = ({ name }: Process) => name.startsWith('stint-keeper')
const isWorker = ({ name }: Process) => !name.startsWith('stint-keeper')

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** Kills one of those processes after a random time, if there is one by then. */
async function killSome(kit: Kit, wanted: (each: Process) => boolean): Promise<void> {
  await pause(kit.random.below(300))
  const found = ours().filter(wanted)
  if (found.length === 0) return
  try {
    process.kill(kit.random.pick(found).pid, 'SIGKILL')
  } catch {
    // it was faster
  }
}

/** The ending of the job, after a further call has shown that the host recovers by itself. */
async function survived(kit: Kit, wanted: (each: Process) => boolean, start: () => Promise<Ending>): Promise<Ending> {
  const job = start()
  await killSome(kit, wanted)
  const ending = await job
  const next = await kit.call('values', 'add', [1, 2])
  return next.kind === 'Ok' ? ending : next
}

function killing(name: string, wanted: (each: Process) => boolean, start: (kit: Kit) => Promise<Ending>): Scenario {
  return { name, truth: ANY_END, run: (kit) => survived(kit, wanted, () => start(kit)) }
}

const sleeps = (kit: Kit) => kit.call('time', 'sleep', [60_000], limits)
const spins = (kit: Kit) => kit.call('time', 'spinForEver', [], limits)
const inShell = (kit: Kit) => kit.call('time', 'sleepInShell', [60], limits)
const command = (kit: Kit) => kit.command('sh', ['-c', 'setsid sleep 60 & sleep 60 & wait'], limits)

async function killedHost(kit: Kit, how: string): Promise<Ending> {
  const before = new Set(ours().map(({ pid }) => pid))
  const host = startHost('holds-job', [how])
  if (kit.random.below(4) > 0) await host.line(0, 60_000)
  await pause(kit.random.below(100))
  host.child.kill('SIGKILL')
  await host.ended
  const started = performance.now()
  await until('nothing is left', () => ours().every(({ pid }) => before.has(pid)), 20_000)
  return { kind: 'Ok', reason: 'clean', certainty: 'certain', wallTime: performance.now() - started }
}

export const kills: readonly Scenario[] = [
  killing('keeper killed, function asleep', isKeeper, sleeps),
  killing('keeper killed, function busy', isKeeper, spins),
  killing('keeper killed, function with descendants', isKeeper, inShell),
  { ...killing('keeper killed, command with descendants', isKeeper, command), once: true },
  killing('worker killed, function asleep', isWorker, sleeps),
  killing('worker or descendant killed, function waits', isWorker, inShell),
  { ...killing('command or descendant killed', isWorker, command), once: true },
  ...['sleep', 'spin', 'grace', 'command', 'idle'].map(
    (how): Scenario => ({
      name: `host killed (${how})`,
      truth: ['Ok/clean'],
      once: true,
      wall: [0, 50],
      run: (kit) => killedHost(kit, how),
    }),
  ),
  {
    name: 'a job kills its keeper',
    truth: ['Anything/lost/probable', 'Anything/lost'],
    once: true,
    run: (kit) => kit.command('sh', ['-c', 'sleep 60 & kill -KILL $PPID; sleep 60'], { wallTime: 2_000 }),
  },
  {
    name: 'a job stops its keeper',
    truth: ['Anything/lost/probable', 'Anything/lost', 'Timeout/wall', 'Timeout/wall/probable'],
    once: true,
    wall: [0, 2_000],
    run: (kit) => kit.command('sh', ['-c', 'kill -STOP $PPID; sleep 60'], { wallTime: 300 }),
  },
]
