// Jobs that end by themselves, and are never to be taken for one that hit a limit.
import { StintError } from 'stint'
import type { Ending, Kit, Scenario, Truth } from '../scenario.js'

const limits = { memory: '512MB', cpuTime: '30s', wallTime: '60s', processes: 40 } as const

function own(name: string, truth: Truth, fixture: string, [fn, ...args]: readonly [string, ...unknown[]]): Scenario {
  return { name, truth: [truth], run: (kit) => kit.call(fixture, fn, args, limits) }
}

function shell(name: string, truth: Truth, script: string, check?: Scenario['check']): Scenario {
  const run: Scenario['run'] = (kit) => kit.command('sh', ['-c', script], limits)
  return { name, truth: [truth], once: true, run, ...(check && { check }) }
}

const exitCode = (wanted: number) => (ending: Ending) => (ending.exitCode === wanted ? undefined : `exit code ${ending.exitCode}`)
const signal = (wanted: string) => (ending: Ending) => (ending.signal === wanted ? undefined : `signal ${ending.signal}`)

const errors = ['twoArguments', 'holdsFunction', 'outOfMemoryLike', 'allocationLike', 'eagainLike', 'stintLike'] as const
const codes = [0, 3, 124, 137, 152]
const signals = ['SIGSEGV', 'SIGTERM', 'SIGKILL', 'SIGXCPU', 'SIGABRT', 'SIGBUS'] as const

/** Its worker says who it is, and another process kills it. */
function killedFromOutside(kit: Kit): Promise<Ending> {
  const onReport = (pid: unknown) => setTimeout(() => process.kill(Number(pid), 'SIGKILL'), kit.random.below(20))
  return kit.call('waits', 'reportPidAndSleep', [60_000], { ...limits, onReport })
}

/** Its limit is long over, its grace is not: the abort ends it, the cause stays. */
function abortedInGrace(kit: Kit): Promise<Ending> {
  const controller = new AbortController()
  const onReport = () => setTimeout(() => controller.abort(), 150 + kit.random.below(20))
  const options = { ...limits, wallTime: 100, gracePeriod: '60s', signal: controller.signal, onReport } as const
  return kit.call('waits', 'reportAndIgnoreStop', [], options)
}

const misused: readonly object[] = [
  { wallTime: Number.NaN },
  { cpuTime: -1 },
  { memory: Number.POSITIVE_INFINITY },
  { wallTime: '5 parsecs' },
  { processes: 0.5 },
]

/** Refused at once, before any process. */
function misuse(options: object): Scenario {
  const name = `refused as misuse: ${Object.entries(options).map(([key, value]) => `${key} ${value}`)}`
  const run = async (kit: Kit): Promise<Ending> => {
    try {
      await kit.command('true', [], options)
    } catch (error) {
      const refused = error instanceof StintError && error.code === 'ERR_STINT_OPTION_VALUE'
      if (refused) return { kind: 'Ok', reason: 'refused', certainty: 'certain', wallTime: 0 }
      throw error
    }
    throw new Error('it was accepted')
  }
  return { name, truth: ['Ok/refused'], once: true, run }
}

export const endings: readonly Scenario[] = [
  own('returns a value', 'Ok/returned', 'values', ['add', 1, 2]),
  own('returns 300 kB', 'Ok/returned', 'values', ['bytes', 300_000]),
  own('returns what cannot travel', 'Anything/unserializable', 'values', ['withFunctionInside']),
  own('never settles', 'Anything/unsettled', 'endings', ['neverSettles']),
  own('throws in a timer', 'Anything/threw', 'errors', ['throwsInTimer']),
  own('endless recursion', 'Anything/threw', 'errors', ['overflowsStack']),
  ...errors.map((fn) => own(`throws ${fn}`, 'Anything/threw', 'errors', [fn])),
  ...codes.map((code) => ({
    ...own(`exits ${code} without a result`, 'Anything/exited', 'endings', ['exits', code]),
    check: exitCode(code),
  })),
  ...signals.map((name) => ({
    ...own(`${name} to itself, limits far`, 'Anything/signaled', 'endings', ['signals', name]),
    check: signal(name),
  })),
  shell('command exits 0', 'Ok/exited', 'true'),
  ...codes.slice(1).map((code) => shell(`command exits ${code}`, 'Anything/exited', `exit ${code}`, exitCode(code))),
  ...signals.map((name) =>
    shell(`command sends ${name} to itself`, 'Anything/signaled', `kill -${name.slice(3)} $$; sleep 60`, signal(name)),
  ),
  own('a caught and survived refusal', 'Ok/returned', 'memory', ['survivesRefusal', 900]),
  {
    name: 'killed from outside with limits set',
    truth: ['Anything/signaled'],
    once: true,
    check: signal('SIGKILL'),
    run: (kit) => kit.command('sh', ['-c', '(sleep 0.05; kill -9 $$) & sleep 60'], limits),
  },
  {
    name: 'a function killed from outside with limits set',
    truth: ['Anything/signaled'],
    check: signal('SIGKILL'),
    run: killedFromOutside,
  },
  {
    name: 'aborted at a random moment',
    truth: ['Anything/aborted'],
    wall: [0, 100],
    byHost: true,
    run: (kit) => kit.call('time', 'sleep', [60_000], { signal: AbortSignal.timeout(kit.random.below(100)), wallTime: '60s' }),
  },
  {
    name: 'aborted in its grace',
    truth: ['Timeout/wall'],
    run: abortedInGrace,
  },
  {
    name: 'a command aborted at a random moment',
    truth: ['Anything/aborted', 'Ok/exited'],
    once: true,
    run: (kit) => kit.command('sleep', ['0.03'], { signal: AbortSignal.timeout(kit.random.below(60)) }),
  },
  ...misused.map(misuse),
  {
    name: 'text written, by a child too, then SIGKILL',
    truth: ['Anything/signaled'],
    check: ({ stdout }) => (stdout === 'by descriptor\nby a child\n' ? undefined : `captured ${JSON.stringify(stdout)}`),
    run: (kit) => kit.call('endings', 'writesThenDies', [], { ...limits, stdout: 'capture', stderr: 'capture' }),
  },
  {
    name: '4 MB to stdout, 1 MB kept',
    truth: ['Ok/exited'],
    once: true,
    check: ({ truncated, stdout }) => (truncated?.includes('stdout') && stdout?.length === 1e6 ? undefined : 'not told as cut'),
    run: (kit) => kit.command('head', ['-c', '4000000', '/dev/zero'], { outputSize: '1MB', wallTime: '60s' }),
  },
]
