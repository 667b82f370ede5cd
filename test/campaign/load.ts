// Busy loops on every core: threads of this process, so that they end with it, however it ends.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

export class BusyLoops {
  #loops: Worker[] = []

  async start(): Promise<void> {
    this.#loops = Array.from({ length: availableParallelism() }, () => new Worker('for (;;);', { eval: true }))
    await Promise.all(this.#loops.map((loop) => new Promise((resolve) => loop.once('online', resolve))))
  }

  async stop(): Promise<void> {
    await Promise.all(this.#loops.splice(0).map((loop) => loop.terminate()))
  }
}
