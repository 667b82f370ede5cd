// What runs in the worker: `node [flags] dist/worker/main.js`, started by the keeper with the channel to the host as descriptor
// 3 and the evidence socket to the keeper as 4.
//
//   attach -> Boot message -> import the user's module -> Ready, Booted -> Job message -> run() -> the value -> Done
//
// It costs every call of isolation 'exec' its start-up time: nothing is imported here that a plain job does not need.
import { getHeapStatistics } from 'node:v8'
import { native as loadNative } from '../native.js'
import type { Boot } from '../transport/index.js'
import { Desk } from './desk.js'
import { listen } from './listeners.js'
import { describe, load } from './load.js'
import { Listeners, stateKey } from './state.js'
import type { Template } from './template.js'

const { getActiveResourcesInfo } = process
const coverage = process.env.NODE_V8_COVERAGE
const state = new Listeners()
Object.defineProperty(globalThis, stateKey, { value: state })

const heapUsed = () => getHeapStatistics().used_heap_size
const native = loadNative().addon.attachWorker({
  message: (type, token, main, segments) => desk.receive(type, token, main, segments),
  closed: () => native.exit(1), // nobody is there to hear of anything
  softStop: (cause) => stop(cause),
  // A loop that goes on waits for something, though Node lists neither worker threads nor what addons wait for.
  idle: () => `waiting for ${activeResources() ?? 'what Node does not list: a worker thread, or an addon'}`,
  heapUsed,
  forked: (pid) => template?.forked(pid),
})
const desk = new Desk(native, { boot: (message) => void boot(message), closing })
let template: Template | undefined

listen({
  uncaught: (error) => (desk.job ? desk.job.threw(error) : bootFailed(error)),
  dry: () =>
    desk.job
      ? desk.job.unsettled(activeResources() ?? 'nothing', state.listens)
      : bootFailed(new Error("The module's top-level await never settles")),
})
state.attach(native)
state.reporter = (value) => desk.outbox.progress(value)

async function boot(message: Boot): Promise<void> {
  state.importing = true
  native.hold(false)
  if (message.template === true) template = await openTemplate()
  try {
    desk.exports = await load(message)
  } catch (error) {
    return bootFailed(error)
  }
  const unfit = await template?.unfit()
  state.importing = false
  native.hold(true)
  const ready = describe(desk.exports)
  if (template === undefined) {
    desk.outbox.send('ready', ready)
    native.park()
  } else if (unfit === undefined) {
    native.pause()
    desk.outbox.send('ready', ready)
    native.booted()
    await template.serve()
  } else {
    desk.outbox.send('ready', { ...ready, unfit })
    native.booted()
  }
}

async function openTemplate(): Promise<Template> {
  const { Template } = await import('./template.js')
  return Template.open(native, heapUsed)
}

/** The worker is of no use: the host hears why and ends it. */
function bootFailed(error: unknown): void {
  desk.outbox.send('bootFailed', { error })
  native.hold(true)
}

function stop(cause: number): void {
  const { job } = desk
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
