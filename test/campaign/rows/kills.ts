// Killed by somebody else at a random moment: host, keeper, worker. What is said must be true, nothing may be left, and the
// next call must work.
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { startHost } from '../../support/hosts.js'
import { until } from '../../support/poll.js'
import { alive, ours, type Process, processOf } from '../../support/processes.js'
import { closeAll } from '../kit.js'
import type { Ending, Kit, Scenario, Truth } from '../scenario.js'

const ANY_END: Truth[] = [
  'Timeout/wall',
  'Anything/lost',
  'Anything/lost/probable',
  'Anything/signaled',
  'Anything/launch-failed',
]
const limits = { wallTime: 120, memory: '512MB' } as const
/** From a call to the latest moment of the kill. */
const LATEST = 150

const isKeeper = ({ name }: Process) => name.startsWith('stint-keeper')
const isWorker = ({ name }: Process) => !name.startsWith('stint-')
/** Whoever has forked keepers; where none has, nobody. */
const isTemplate = ({ pid }: Process, all: readonly Process[]) =>
  all.some((each) => each.parent === pid && isKeeper(each)) && processOf(pid)?.name !== 'stint-guard'
const isAny = () => true

type Wanted = (each: Process, all: readonly Process[]) => boolean

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** Kills one of those processes after a random time, if there is one by then. */
async function killSome(kit: Kit, wanted: Wanted): Promise<void> {
  await pause(kit.random.below(LATEST))
  const all = ours()
  const found = all.filter((each) => wanted(each, all))
  if (found.length === 0) return
  try {
    process.kill(kit.random.pick(found).pid, 'SIGKILL')
  } catch {
    // it was faster
  }
}

/** The ending of the job, after a further call has shown that the host recovers by itself. */
async function survived(kit: Kit, wanted: Wanted, start: () => Promise<Ending>): Promise<Ending> {
  const job = start()
  await killSome(kit, wanted)
  const ending = await job
  const next = await kit.call('values', 'add', [1, 2])
  return next.kind === 'Ok' ? ending : next
}

/** The command that was waited for may be the one that dies: then its job goes on, or throws what it makes of that. */
const OR_ITS_OWN: Truth[] = [...ANY_END, 'Ok/returned', 'Anything/threw']

function killing(name: string, wanted: Wanted, start: (kit: Kit) => Promise<Ending>): Scenario {
  return { name, truth: ANY_END, alone: true, run: (kit) => survived(kit, wanted, () => start(kit)) }
}

const sleeps = (kit: Kit) => kit.call('time', 'sleep', [60_000], limits)
const spins = (kit: Kit) => kit.call('time', 'spinForEver', [], limits)
const inShell = (kit: Kit) => kit.call('time', 'sleepInShell', [60], limits)
const command = (kit: Kit) => kit.command('sh', ['-c', 'setsid sleep 60 & sleep 60 & wait'], limits)

async function killedHost(kit: Kit, how: string): Promise<Ending> {
  await closeAll() // a spare worker of the row before would still be booting, and be taken for what the killed host left
  const before = new Set(ours().map(({ pid }) => pid))
  const file = join(kit.folder, 'started')
  rmSync(file, { force: true })
  const host = startHost('holds-job', [how, file, kit.isolation])
  const running = how === 'native' ? () => until('it runs', () => existsSync(file), 60_000) : () => host.line(0, 60_000)
  if (kit.random.below(4) > 0) await running()
  await pause(kit.random.below(LATEST))
  host.child.kill('SIGKILL')
  await host.ended
  const started = performance.now()
  await until('nothing is left', () => ours().every(({ pid }) => before.has(pid)), 20_000)
  return { kind: 'Ok', reason: 'clean', certainty: 'certain', wallTime: performance.now() - started }
}

/** The thread's job goes with it; the job of the main thread, which ran beside it, ends by itself. */
async function endedThread(kit: Kit): Promise<Ending> {
  const mine = kit.command('sleep', ['0.3'], { wallTime: '60s' })
  const thread = new Worker(new URL('../thread.js', import.meta.url), { workerData: kit.isolation })
  const [pid] = (await once(thread, 'message')) as [number]
  await pause(kit.random.below(50))
  await thread.terminate()
  const started = performance.now()
  await until("the thread's job is gone", () => !alive(pid), 20_000)
  const wallTime = performance.now() - started
  const { kind } = await mine
  return { kind, reason: 'clean', certainty: 'certain', wallTime }
}

export const kills: readonly Scenario[] = [
  killing('keeper killed, function asleep', isKeeper, sleeps),
  killing('keeper killed, function busy', isKeeper, spins),
  killing('keeper killed, function with descendants', isKeeper, inShell),
  { ...killing('keeper killed, command with descendants', isKeeper, command), once: true },
  killing('worker killed, function asleep', isWorker, sleeps),
  { ...killing('template killed, function asleep', isTemplate, sleeps), only: 'fork' },
  { ...killing('template killed, function busy', isTemplate, spins), only: 'fork' },
  { ...killing('anything killed, function with descendants', isAny, inShell), truth: OR_ITS_OWN },
  { ...killing('worker or descendant killed, function waits', isWorker, inShell), truth: OR_ITS_OWN },
  { ...killing('command or descendant killed', isWorker, command), once: true },
  ...['sleep', 'spin', 'grace', 'command', 'idle', 'native'].map(
    (how): Scenario => ({
      name: `host killed (${how})`,
      truth: ['Ok/clean'],
      ...(how === 'command' && { once: true }),
      alone: true,
      wall: [0, 50],
      run: (kit) => killedHost(kit, how),
    }),
  ),
  {
    name: 'a thread of the host starts a job and ends',
    truth: ['Ok/clean'],
    alone: true,
    wall: [0, 50],
    run: endedThread,
  },
  {
    name: 'a job kills its keeper',
    truth: ['Anything/lost/probable', 'Anything/lost'],
    once: true,
    alone: true,
    run: (kit) => kit.command('sh', ['-c', 'sleep 60 & kill -KILL $PPID; sleep 60'], { wallTime: 2_000 }),
  },
  {
    name: 'a job stops its keeper',
    alone: true,
    truth: ['Anything/lost/probable', 'Anything/lost', 'Timeout/wall', 'Timeout/wall/probable'],
    once: true,
    wall: [0, 2_000],
    run: (kit) => kit.command('sh', ['-c', 'kill -STOP $PPID; sleep 60'], { wallTime: 300 }),
  },
]
