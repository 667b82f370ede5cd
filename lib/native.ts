// Loads and types the addon, and finds the keeper executable that belongs to it. The only file that touches it:
// the host's stages and the worker's entry get what they need from here.
import { accessSync, constants, readFileSync } from 'node:fs'
import { createRequire } from 'node:module' // not `import bindings`: importing CommonJS costs start-up time
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Bytes and nanoseconds; -1 where a limit is not set. The mirror of WireLimits in native/support/wire.h. */
export interface NativeLimits {
  readonly memory: number
  readonly addressSpace: number
  readonly cpuNs: number
  readonly wallNs: number
  readonly processes: number
  readonly graceNs: number
  readonly fileSize: number
  readonly openFiles: number
  readonly stack: number
  readonly coreSize: number
}

/** One stream of a job: the host's own descriptor, /dev/null, bytes kept by the addon, or a pipe whose end the host gets. */
export type NativeStream = 'inherit' | 'ignore' | 'capture' | 'pipe'

/** All that the native side needs to start a keeper and, under it, a worker or a command. One object per call. */
export interface NativePlan {
  readonly keeper: string // path of the keeper executable
  readonly command: boolean // false: a worker, which gets a channel and waits for start()
  readonly files: readonly string[] // paths to try in turn (PATH is resolved by the plan stage)
  readonly argv: readonly string[]
  readonly env: string // NAME=value of each variable, each with a NUL after it
  readonly cwd: string // '' = the host's
  readonly stdin: 'inherit' | 'ignore' | 'pipe'
  readonly stdout: NativeStream
  readonly stderr: NativeStream
  readonly outputSize: number // captured bytes kept of each stream; -1 = all
  readonly limits: NativeLimits // a command: absolute; a worker: for what must stand before exec (processes)
  readonly nice: number // 0 = unchanged
  readonly uid: number // -1 = unchanged
  readonly gid: number // -1 = unchanged
  readonly noNewPrivs: boolean
  readonly stopSignal: number
  readonly bootNs: number // a worker's deadline from launch to Booted
  readonly exact: boolean // evidence: 'exact'
  readonly cgroups: readonly string[] // [] or the name of the job's own, and the host's in v2, v1 memory, cpuacct, pids
  readonly without: number // rungs to do without (lib/plan/rungs.ts), for tests of those below them
}

/** Causes that a host may ask the keeper to record (NativeKeeper.stop), of those in native/support/wire.h. */
export const hostCause = { aborted: 11, lost: 12 } as const

export interface NativeCause {
  readonly cause: number // see lib/verdict/causes.ts
  readonly timeNs: number // CLOCK_MONOTONIC
  readonly value: number
}

/** The mirror of ReportMessage in native/support/wire.h, flags spread out. */
export interface NativeReport {
  readonly launched: boolean
  readonly booted: boolean
  readonly began: boolean
  readonly sending: boolean
  readonly done: boolean
  readonly killed: boolean
  readonly stopSent: boolean
  readonly evidenceBad: boolean
  readonly idle: boolean
  readonly exitCode: number // -1: it did not exit
  readonly signal: number // 0: it was not signaled
  readonly hostSignal: number // 0: none was sent by kill()
  readonly failedStep: number // 0: none; see lib/plan/steps.ts
  readonly failedErrno: number
  readonly beginNs: number
  readonly endNs: number
  readonly cleanNs: number
  readonly userNs: number
  readonly systemNs: number
  readonly peakMemory: number
  readonly peakTreeMemory: number // -1: not sampled
  readonly peakProcesses: number
  readonly leftovers: number
  readonly contextSwitches: number
  readonly readBytes: number
  readonly writtenBytes: number
  readonly rungs: number // mechanisms that served it, of those that not every machine has; see lib/plan/rungs.ts
  readonly rungErrors: readonly number[] // by bit of `rungs`: the errno that one was refused with, or 0
  readonly limits: NativeLimits // in force
  readonly causes: readonly NativeCause[]
  readonly where: string // '' = none
}

/** What the host hears of one keeper. Called on the environment's own loop, never after `gone`. */
export interface NativeEvents {
  launched(pid: number): void
  /** A whole, well-formed message of the worker. */
  message(type: number, token: bigint, main: Uint8Array, segments: readonly ArrayBuffer[]): void
  /** The worker wrote something malformed on the channel, or closed it. */
  garbage(reason: string): void
  report(report: NativeReport): void
  /** The keeper has been reaped (status as in waitpid) and nothing more will come. An exec keeper goes after its report. */
  gone(status: number): void
}

/** What a forked keeper needs: the rest of a plan is the template's. */
export type NativeForkPlan = Pick<NativePlan, 'stdin' | 'stdout' | 'stderr' | 'outputSize' | 'bootNs'>

/** One keeper, as the host holds it. Everything is closed by the environment's end, too. */
export interface NativeKeeper {
  readonly pid: number
  /** Host ends of piped streams (the caller owns them), or -1. */
  readonly stdin: number
  readonly stdout: number
  readonly stderr: number
  /** False when the keeper is gone: the job must not be sent, then it surely never began. */
  start(token: bigint, limits: NativeLimits): boolean
  stop(cause: number, immediate: boolean): void
  /** Sends a signal to the job's own process. False when it has ended. */
  signal(signal: number): boolean
  /** One message on the channel; `segments` travel out of band. False when the worker is gone. Throws ENOBUFS when it does not read. */
  send(type: number, token: bigint, main: Uint8Array, segments: readonly ArrayBufferView[]): boolean
  /** What was captured of stdout (1) or stderr (2); complete once `report` was heard. */
  captured(stream: 1 | 2): { readonly bytes: Uint8Array; readonly truncated: boolean }
  ref(): void
  unref(): void
  /**
   * Of a template that serves: has it fork a keeper, which takes one job after another, a fresh worker for each. Its
   * `gone` tells no status (-1); its pid is not known (0). Throws an Error with `errno` when the template is gone.
   */
  fork(plan: NativeForkPlan, events: NativeEvents): NativeKeeper
  /**
   * After `gone` without a report: the worker went, too, and had not read the last message on the channel. Closes the channel,
   * so each such end asks.
   */
  unread(): boolean
  /** False once somebody has killed it, or a job has spoilt what its successors would use: such a keeper is to be closed. */
  usable(): boolean
  /** Closes every descriptor: the keeper sees its host gone and kills the tree. Idempotent. */
  close(): void
}

/** The worker's side: the channel to the host, the evidence socket to the keeper, and the probe. */
export interface NativeWorker {
  /** One message on the channel. Over 64 KiB it travels in a sealed memfd. */
  send(type: number, token: bigint, main: Uint8Array, segments: readonly ArrayBufferView[]): void
  /** False when the channel is too full for a progress value to be worth sending now. */
  roomy(): boolean
  /** Keep (true) or stop keeping (false) the loop alive for the channel. */
  hold(on: boolean): void
  /** The worker is ready for its job: starts what watches over it, and tells the keeper. */
  park(): void
  /** Template only: tells its keeper that it has booted. */
  booted(): void
  /**
   * Measures the baseline, sets the limits (rlimits, heap limit, CPU timer), tells the keeper that the job begins,
   * calls fn under the watchdog's protection, and returns its result. A call that the watchdog terminated returns
   * { terminated: true } after the termination was cleared.
   */
  run(
    token: bigint,
    limits: NativeLimits,
    resultSize: number,
    fn: () => unknown,
  ): { readonly terminated: boolean; readonly value?: unknown }
  /** Tells whether limitSignal or onLimit is in use: without it no grace is spent. */
  listening(on: boolean): void
  /** The job's function has ended: releases what was held back for sending, and stops charging memory. */
  sending(): void
  /** The result is in the channel: tells the keeper and blocks until it kills this process. Never returns. */
  done(): never
  /** True when an allocation was refused under a limit since run(). */
  refused(): boolean
  /**
   * Template only: V8 shares its work with no thread of the platform any more, since a fork copies none. False where this node
   * cannot be told so: it must not be forked.
   */
  hideThreads(): boolean
  /**
   * Template only: finds where V8 keeps the state of Math.random, by two numbers that it drew just before, in this order.
   * False where it cannot: reseed() then does nothing.
   */
  learnRandom(first: number, second: number): boolean
  /**
   * Forked worker only: gives Math.random new state (`numbers`), and what seeds the Math.random of further contexts
   * (`contexts`). False where V8 keeps them in an unknown place.
   */
  reseed(): { readonly numbers: boolean; readonly contexts: boolean }
  /** Template only: finds since when node:perf_hooks counts. False where it cannot: restartTime() then does nothing. */
  learnTimeOrigin(): boolean
  /** Forked worker only: performance.timeOrigin is now, and the loop has counted nothing. False where Node keeps it in an unknown place. */
  restartTime(): boolean
  /** Template only: stops listening to the channel. What comes from now on waits for serve(). */
  pause(): void
  /**
   * Template only: after pause(). From the next turn of the loop on forks keepers for NativeKeeper.fork(), and never comes
   * back to JavaScript. Each forked worker goes on with `forked`, is then parked, and gets its job as a `message`, all in a turn
   * of its own loop and with an evidence socket of its own.
   */
  serve(): void
  /** Forked worker only: ends the process. Node's own exit would wait for threads that a fork does not copy. */
  exit(code: number): never
}

export interface NativeWorkerEvents {
  message(type: number, token: bigint, main: Uint8Array, segments: readonly ArrayBuffer[]): void
  /** The host is gone or sent something malformed. */
  closed(): void
  /** Soft stop: cause as in lib/verdict/causes.ts, grace left in ns. Runs on the main thread once JavaScript yields. */
  softStop(cause: number, graceNs: number): void
  /** Asked for when the loop was idle at the moment of the limit: returns the text for `where`. */
  idle(): string
  /** Bytes of V8's heap in use: what the heap limit of a job is set above. */
  heapUsed(): number
  /** In a worker that was just forked: puts right what the fork left stale, before the worker is parked. */
  forked(pid: number): void
}

/** What a probe of this machine and this Node found; doctor() prints it. */
export interface NativeFacts {
  readonly symbols: readonly string[] // V8 entry points found
  readonly missing: readonly string[] // and those this node lacks
}

export interface NativeAddon {
  /** Starts a keeper. Throws an Error with `step` and `errno` when no process could be made. */
  launch(plan: NativePlan, events: NativeEvents): NativeKeeper
  /** Inside a worker only: takes over descriptors 3 and 4. */
  attachWorker(events: NativeWorkerEvents): NativeWorker
  facts(): NativeFacts
  /** Ends this process at once: nothing of Node's own end happens, nor of libc's. */
  exit(code: number): never
}

export interface Loaded {
  readonly addon: NativeAddon
  readonly addonPath: string
  readonly keeperPath: string
}

const root = fileURLToPath(new URL('..', import.meta.url))
const target = `${process.platform}-${process.arch}`
let loaded: Loaded | undefined

/**
 * The addon and its keeper; loaded on first use, so that importing stint never throws.
 * @throws Error one sentence: each path that was tried with its reason, and the command that builds one.
 */
export function native(): Loaded {
  loaded ??= load()
  return loaded
}

/** The C library of this process, as prebuilt binaries are named by it. */
export function libc(): 'glibc' | 'musl' {
  return isMusl() ? 'musl' : 'glibc'
}

function candidates(): string[][] {
  return [
    ['build', 'Release', 'stint.node'], // a clone
    ['native', 'build', 'Release', 'stint.node'], // built by hand inside node_modules
    ['prebuilds', target, `stint.${libc()}.node`], // the tarball's
  ]
}

function isMusl(): boolean {
  try {
    return /\/ld-musl-/.test(readFileSync('/proc/self/maps', 'utf8'))
  } catch {
    return false
  }
}

function load(): Loaded {
  const require = createRequire(import.meta.url)
  const bindings = require('bindings') as (options: object) => NativeAddon
  const reasons: string[] = []
  for (const parts of candidates()) {
    const addonPath = join(root, ...parts)
    const keeperPath = join(dirname(addonPath), 'stint-keeper')
    try {
      // One candidate a call: `bindings` gives up on the first file that exists and cannot be loaded.
      const addon = bindings({ bindings: parts.at(-1), module_root: root, try: [['module_root', ...parts]] })
      accessSync(keeperPath, constants.X_OK)
      return { addon, addonPath, keeperPath }
    } catch (error) {
      const { tries, message } = error as { tries?: unknown; message: string }
      reasons.push(`${parts.join('/')}: ${tries ? 'not there' : message}`)
    }
  }
  throw new Error(
    `stint has no native build for ${target} (${reasons.join('; ')}). Build one: npm i -D node-gyp node-addon-api && npx node-gyp rebuild -C ${join(root, 'native')}`,
  )
}
