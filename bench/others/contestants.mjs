// The others, each called as its pages say: one call, its value in hand, and, where it is fresh, its process or thread gone.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

const tasks = new URL('../tasks.mjs', import.meta.url)

/** A fresh child_process.fork() for each call. */
export async function forked(name, arg) {
  const child = fork(tasks, ['forked'], { serialization: 'advanced' })
  const closed = once(child, 'close')
  child.send({ name, arg })
  const [value] = await once(child, 'message')
  await closed
  return value
}

/** A fresh worker_thread for each call. */
export async function threaded(name, arg) {
  const worker = new Worker(tasks, { argv: ['thread'] })
  const ended = once(worker, 'exit')
  worker.postMessage({ name, arg })
  const [value] = await once(worker, 'message')
  await ended
  return value
}

/** Pools of bench/package.json: `call(name, arg)` and `close()` each; undefined where one is not installed. */
export async function pools(concurrency) {
  const made = await Promise.all([
    pool('tinypool, fresh thread a call', () => tinypool(concurrency)),
    pool('piscina, thread reused', () => piscina(concurrency)),
    pool('workerpool, process reused', () => workerpool(concurrency)),
  ])
  return made.filter((entry) => entry !== undefined)
}

async function pool(name, make) {
  try {
    return { name, ...(await make()) }
  } catch (error) {
    console.error(`bench: without ${name}: ${error.message.split('\n')[0]}`)
    return undefined
  }
}

async function tinypool(concurrency) {
  const { default: Tinypool } = await import('tinypool')
  const made = new Tinypool({ filename: tasks.href, isolateWorkers: true, minThreads: 1, maxThreads: concurrency })
  return { call: (name, arg) => made.run(arg, { name }), close: () => made.destroy() }
}

async function piscina(concurrency) {
  const { Piscina } = await import('piscina')
  const made = new Piscina({ filename: tasks.href, maxThreads: concurrency })
  return { call: (name, arg) => made.run(arg, { name }), close: () => made.close() }
}

async function workerpool(concurrency) {
  const { default: library } = await import('workerpool')
  const made = library.pool({ maxWorkers: concurrency, workerType: 'process', forkOpts: { serialization: 'advanced' } })
  // Its functions travel as source.
  const sources = {
    trivial: (x) => x + 1,
    take: (bytes) => {
      let sum = 0
      for (let at = 0; at < bytes.length; at += 4096) sum += bytes[at]
      return sum
    },
    give: (size) => {
      const started = performance.now()
      return { bytes: Buffer.alloc(size, 1), spent: performance.now() - started }
    },
  }
  return { call: (name, arg) => made.exec(sources[name], [arg]), close: () => made.terminate() }
}

/** One program by execa; undefined where it is not installed. */
export async function byExeca() {
  const library = await import('execa').catch(() => undefined)
  return library && ((file) => library.execa(file).then(() => undefined))
}

/** A fresh isolate for each call, in this process; undefined where isolated-vm has no build for this Node. */
export async function isolated() {
  try {
    const { default: ivm } = await import('isolated-vm')
    return async (arg) => {
      const isolate = new ivm.Isolate({ memoryLimit: 64 })
      const context = await isolate.createContext()
      const value = await context.evalClosure('return $0 + 1', [arg], { timeout: 1000 })
      isolate.dispose()
      return value
    }
  } catch (error) {
    console.error(`bench: without isolated-vm: ${error.message.split('\n')[0]}`)
    return undefined
  }
}
