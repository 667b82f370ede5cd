// What runs in the worker: `node [flags] dist/worker/main.js`, started by the keeper with the channel to the host as descriptor
// 3 and the evidence socket to the keeper as 4.
//
//   attach -> Boot message -> import the user's module -> Ready, Booted -> Job message -> run() -> the value -> Done
//
// It costs every call of isolation 'exec' its start-up time: nothing is imported here that a plain job does not need.
import { getHeapStatistics } from 'node:v8'
import { native as loadNative, type NativeWorker } from '../native.js'
import { type Boot, decode, type Job, messageType } from '../transport/index.js'
import { JobRun } from './job.js'
import { listen } from './listeners.js'
import { describe, type Exports, load } from './load.js'
import { Outbox } from './outbox.js'
import { Listeners, stateKey } from './state.js'
import type { Template } from './template.js'

const { getActiveResourcesInfo } = process
const coverage = process.env.NODE_V8_COVERAGE
const state = new Listeners()
Object.defineProperty(globalThis, stateKey, { value: state })

const native = loadNative().addon.attachWorker({
  message: (type, _token, main, segments) => receive(type, _token, decode(main, segments)),
  closed: () => native.exit(1), // nobody is there to hear of anything
  softStop: (cause) => stop(cause),
  // A loop that goes on waits for something, though Node lists neither worker threads nor what addons wait for.
  idle: () => `waiting for ${activeResources() ?? 'what Node does not list: a worker thread, or an addon'}`,
  heapUsed: () => getHeapStatistics().used_heap_size,
})
const outbox = new Outbox(native)
let exports: Exports = {}
let job: JobRun | undefined

listen({
  uncaught: (error) => (job ? job.threw(error) : bootFailed(error)),
  dry: () =>
    job
      ? job.unsettled(activeResources() ?? 'nothing', state.listens)
      : bootFailed(new Error("The module's top-level await never settles")),
})
state.attach(native)
state.reporter = (value) => outbox.progress(value)

function receive(type: number, token: bigint, payload: unknown): void {
  if (type === messageType.boot) void boot(payload as Boot)
  else if (type === messageType.job) start(token, payload as Job)
}

async function boot(message: Boot): Promise<void> {
  state.importing = true
  native.hold(false)
  const template = message.template === true ? await openTemplate(native) : undefined
  try {
    exports = await load(message)
  } catch (error) {
    return bootFailed(error)
  }
  const unfit = await template?.unfit()
  state.importing = false
  native.hold(true)
  if (template !== undefined && unfit === undefined) native.pause()
  outbox.send('ready', { ...describe(exports), ...(unfit !== undefined && { unfit }) })
  native.booted()
  if (template !== undefined && unfit === undefined) await template.serve()
}

async function openTemplate(worker: NativeWorker): Promise<Template> {
  const { Template } = await import('./template.js')
  return Template.open(worker)
}

/** The worker is of no use: the host hears why and ends it. */
function bootFailed(error: unknown): void {
  outbox.send('bootFailed', { error })
  native.hold(true)
}

function start(token: bigint, message: Job): void {
  outbox.begin(token, message.resultSize)
  job = new JobRun(native, outbox, message.limits, closing)
  void job.perform(token, message, exports[message.name] as (...args: unknown[]) => unknown)
}

function stop(cause: number): void {
  if (job === undefined) return
  job.stopped()
  void state.stop(cause, job.limits)
}

function closing(): void {
  if (coverage) process.getBuiltinModule('node:v8').takeCoverage()
}

function activeResources(): string | undefined {
  const counts = new Map<string, number>()
  for (const name of getActiveResourcesInfo.call(process)) counts.set(name, (counts.get(name) ?? 0) + 1)
  const texts = [...counts].map(([name, count]) => (count === 1 ? name : `${count} x ${name}`))
  return texts.join(', ') || undefined
}
