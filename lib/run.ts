// One call, straight through: options -> parse -> plan -> launch -> supervise -> evidence -> judge -> outcome. Data flows
// one way; each stage takes the frozen data of the one before it, and this file joins them; so does run-command.ts, for the shorter
// way of a command, which must not load what only a function needs.
import { availableParallelism, constants } from 'node:os'
import { ExecLauncher } from './launch/exec-launcher.js'
import { BootError, type Launcher, type Seat } from './launch/seat.js'
import { native } from './native.js'
import type { ParsedFunctionOptions } from './options/index.js'
import { nativeLimits, planTemplate, planWorker } from './plan/index.js'
import type { Queue } from './queue/queue.js'
import { hostFacts, withKeeper } from './run-command.js'
import type { Evidence } from './supervise/evidence.js'
import type { Observed } from './supervise/observed.js'
import { superviseJob } from './supervise/supervise-job.js'
import { AutoLauncher } from './template/auto-launcher.js'
import { ForkLauncher } from './template/fork-launcher.js'
import { type Encoded, encode, UnserializableError } from './transport/index.js'
import type { Boot, Job, Ready } from './transport/messages.js'
import type { Outcome } from './types.js'
import { conclude } from './verdict/index.js'

/** One call of a limited function. */
export interface FunctionCall {
  readonly options: ParsedFunctionOptions
  readonly launcher: Launcher
  readonly queue: Queue
  /** Of the export. */
  readonly name: string
  readonly args: readonly unknown[]
  readonly signal: AbortSignal
  /** Throws StintError when the worker's module has no such function. */
  readonly check: (info: Ready) => void
}

type Facts = Omit<Evidence, keyof Observed | 'queueTime' | 'aborted'>

/**
 * Runs one call of a limited function. Resolves to its outcome, whatever became of it.
 * @throws what tells of misuse before a job starts: BootError when the module cannot be imported, StintError of `check`
 */
export async function runFunction(call: FunctionCall): Promise<Outcome<unknown>> {
  const entered = performance.now()
  const { queue, signal } = call
  const facts = functionFacts(call)
  const message = encodeJob(call, facts)
  if ('what' in message) return conclude({ ...facts, queueTime: 0, reply: { type: 'unserializable', ...message } })
  try {
    await queue.enter(signal)
  } catch (error) {
    return conclude({ ...facts, ...notStarted(error, signal), queueTime: performance.now() - entered })
  }
  try {
    const observed = await seatedJob(call, facts, message, entered)
    // Read now: whether a module is fit to be forked is known only once it has been loaded.
    const { isolation, isolationNote } = call.launcher
    return conclude({
      ...facts,
      isolation,
      isolationNote,
      ...observed,
      ...(signal.aborted && { aborted: { reason: signal.reason } }),
    })
  } finally {
    queue.leave()
  }
}

type Seated = Observed & Partial<Facts> & { readonly queueTime: number }

/** From admission to the end of the job. A worker that was surely killed before the job began is replaced, once. */
async function seatedJob(call: FunctionCall, facts: Facts, message: Encoded, entered: number): Promise<Seated> {
  const first = await tryJob(call, facts, message, entered)
  return wasKilledBefore(first) && !call.signal.aborted ? tryJob(call, facts, message, entered) : first
}

/**
 * The keeper has seen all that its worker sent: no Begin, and no limit or failure that would explain its end. Of a keeper
 * that was killed, too, the worker has not read the job.
 */
function wasKilledBefore({ report, reply, garbage, unread }: Observed): boolean {
  if (reply !== undefined || garbage !== undefined) return false
  if (report === undefined) return unread === true
  if (report.began || report.failedStep !== 0 || report.causes.length > 0) return false
  return report.signal === constants.signals.SIGKILL
}

/** Takes a seat, and supervises the job there. */
async function tryJob(call: FunctionCall, facts: Facts, message: Encoded, entered: number): Promise<Seated> {
  const { launcher, options, signal } = call
  let seat: Seat
  try {
    seat = await launcher.acquire(signal)
  } catch (error) {
    return { ...notStarted(error, signal), queueTime: performance.now() - entered }
  }
  try {
    call.check(seat.info)
  } catch (error) {
    seat.release()
    throw error
  }
  const queueTime = performance.now() - entered
  const capture = { stdout: options.stdout === 'capture', stderr: options.stderr === 'capture' }
  const { limits, resultSize } = facts
  const observed = await superviseJob(seat, { message, limits, resultSize, signal, onReport: options.onReport, capture })
  return { ...observed, ...isolationOf(launcher), queueTime }
}

/** Known once a seat was had: whether a module may be forked shows when it has been loaded. */
function isolationOf({ isolation, isolationNote }: Launcher): Pick<Facts, 'isolation' | 'isolationNote'> {
  return { isolation, isolationNote }
}

/** What is known of a job that never started; misuse and failed imports are thrown on. */
function notStarted(error: unknown, signal: AbortSignal): Observed & Pick<Evidence, 'aborted'> {
  if (signal.aborted) return { aborted: { reason: signal.reason } }
  if (!(error instanceof BootError)) throw error
  const { failure } = error
  if (failure.type === 'launch') return { launch: { step: failure.step, errno: failure.errno } }
  if (failure.type === 'died' && failedToLaunch(failure.report))
    return { report: failure.report, keeperStatus: failure.keeperStatus }
  throw error
}

/** The machine's fault (a step failed, the boot took too long, somebody killed it), and not that of the module that was imported. */
function failedToLaunch(report: Observed['report']): boolean {
  return report === undefined || report.failedStep !== 0 || report.causes.length > 0 || report.signal !== 0
}

function functionFacts({ options, launcher, name }: FunctionCall): Facts {
  return {
    target: 'function',
    name: options.name ?? name,
    ...isolationOf(launcher),
    limits: nativeLimits(options.limits),
    outputSize: options.limits.outputSize,
    resultSize: options.limits.resultSize,
    encoding: options.encoding,
  }
}

/** The arguments as they are at the moment of the call: what the caller changes later does not reach the job. */
function encodeJob({ name, args, launcher, queue }: FunctionCall, { limits, resultSize }: Facts): Encoded | Refusal {
  const job: Job = { name, args, limits, resultSize: Number.isFinite(resultSize) ? resultSize : -1 }
  try {
    const encoded = encode(job, 'job')
    const leavesAtOnce = launcher.idle > 0 && queue.free
    return leavesAtOnce ? encoded : { ...encoded, segments: encoded.segments.map(copyOf) }
  } catch (error) {
    if (!(error instanceof UnserializableError)) throw error
    return { path: error.path.replace(/^job\.args/, 'arguments'), what: error.what }
  }
}

interface Refusal {
  readonly path: string
  readonly what: string
}

function copyOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice()
}

/** A launcher for workers that are born alike. */
export function launcherFor(options: ParsedFunctionOptions, boot: Boot): Launcher {
  const { addon, keeperPath } = native()
  const plan = () => withKeeper(planWorker(options, hostFacts()), keeperPath, options.limits)
  plan() // misuse shows now, not when a worker is started
  const exec = (isolationNote?: string) => new ExecLauncher({ addon, plan, boot, isolationNote })
  if (options.isolation === 'exec') return exec()
  const concurrency = options.concurrency ?? availableParallelism()
  const planned = () => withKeeper(planTemplate(options, hostFacts()), keeperPath)
  const fork = new ForkLauncher({ addon, plan: planned, boot, concurrency })
  return options.isolation === 'fork' ? fork : new AutoLauncher(fork, exec)
}

/** Two views may share a launcher when their workers are born alike: the options that differ are the job's own. */
export function bootKey(options: ParsedFunctionOptions): string {
  const { env, cwd, execArgv, isolation, stdin, stdout, stderr, uid, gid, nice, noNewPrivs, evidence, limits } = options
  const processes = limits.processes ?? -1
  return JSON.stringify([
    env,
    cwd,
    execArgv,
    isolation,
    stdin,
    stdout,
    stderr,
    uid,
    gid,
    nice,
    noNewPrivs,
    evidence,
    processes,
    String(limits.outputSize),
  ])
}
