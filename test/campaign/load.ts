// Busy loops on every core, of the lowest priority: what wants a core never finds it idle, and gets it nearly whole. Threads of
// this process, so that they end with it, however it ends.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

/** A priority of 0 is this thread's, not the process's: see setpriority(2), notes. */
const LOOP = "require('node:os').setPriority(0, 19); for (;;);"

export class BusyLoops {
  #loops: Worker[] = []

  async start(): Promise<void> {
    this.#loops = Array.from({ length: availableParallelism() }, () => new Worker(LOOP, { eval: true }))
    await Promise.all(this.#loops.map((loop) => new Promise((resolve) => loop.once('online', resolve))))
  }

  async stop(): Promise<void> {
    await Promise.all(this.#loops.splice(0).map((loop) => loop.terminate()))
  }
}
