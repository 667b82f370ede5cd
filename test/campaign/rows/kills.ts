// Killed by somebody else at a random moment: host, keeper, worker. What is said must be true, nothing may be left, and the
// next call must work.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { startHost } from '../../support/hosts.js'
import { until } from '../../support/poll.js'
import { alive, type Process, processOf } from '../../support/processes.js'
import { lastPid, leftAlive, MARK, withVariable } from '../left-alive.js'
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
  const all = withVariable(`STINT_TEST_MARK=${process.env.STINT_TEST_MARK}`) // what this host has started
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

const STATES = 5

/** A host with a job in each state, most often killed when all of them are there. */
async function killedHost(kit: Kit): Promise<Ending> {
  const since = lastPid()
  process.env[MARK] = kit.mark
  const host = startHost('holds-jobs', [kit.isolation])
  delete process.env[MARK]
  if (kit.random.below(4) > 0) await host.line(STATES - 1, 60_000)
  await pause(kit.random.below(LATEST))
  const started = performance.now()
  host.child.kill('SIGKILL')
  await until('nothing is left', () => leftAlive(kit.mark, since).length === 0, 20_000)
  const wallTime = performance.now() - started
  await host.ended
  return { kind: 'Ok', reason: 'clean', certainty: 'certain', wallTime }
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
  {
    name: 'host killed with a job in each state',
    truth: ['Ok/clean'],
    alone: true,
    wall: [0, 50],
    run: killedHost,
  },
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
