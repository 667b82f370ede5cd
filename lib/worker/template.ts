// A worker that does not run a job itself but forks others that do (native/template/serve.h): it loads the user's module once,
// looks whether it may be forked, and goes through a job's steps to have their code compiled and warm. What then differs between
// the template and a forked worker is put right in the worker, before it is parked.
import type { NativeWorker } from '../native.js'
import { encode, messageType } from '../transport/index.js'
import { Desk } from './desk.js'
import { type Before, before, unfit } from './fitness.js'
import { learnPlaces, mend, prepareFork, prepareImport } from './mend.js'

// Until V8 has compiled what can be compiled without the optimising compiler.
const warmUps = 100

export class Template {
  readonly #native: NativeWorker
  readonly #before: Before
  readonly #rehearse: () => void

  static async open(native: NativeWorker, heapUsed: () => number): Promise<Template> {
    prepareImport()
    learnPlaces(native)
    return new Template(native, heapUsed, await before(native.hideThreads()))
  }

  private constructor(native: NativeWorker, heapUsed: () => number, earlier: Before) {
    this.#native = native
    this.#before = earlier
    this.#rehearse = rehearsal(heapUsed)
  }

  /** Why the process must not be forked, now that the module is there. */
  unfit(): Promise<string | undefined> {
    return unfit(this.#before)
  }

  /** Begins to fork with the next turn of the loop. */
  async serve(): Promise<void> {
    mend(stage, process.pid)
    for (let i = 0; i < warmUps; i++) {
      this.#rehearse()
      await undefined // the value is sent from a microtask
    }
    prepareFork()
    this.#native.serve()
  }

  /** In each forked worker, before it is parked. */
  forked(pid: number): void {
    mend(this.#native, pid)
    this.#rehearse() // touches, and so copies, the memory that the job will need
  }
}

/** @returns a job's way through the worker, without the native side's part */
function rehearsal(heapUsed: () => number): () => void {
  const { main } = encode({ name: 'rehearsal', args: [1, 'two', { three: [3] }], limits: {}, resultSize: -1 })
  const run: NativeWorker['run'] = (_token, _limits, _size, fn) => ({ terminated: heapUsed() < 0, value: fn() })
  return () => {
    const desk = new Desk({ ...stage, run }, { boot: () => {}, closing: () => {} })
    desk.exports = { rehearsal: (...args: unknown[]) => args }
    desk.receive(messageType.job, 0n, main, [])
  }
}

/** A NativeWorker that does nothing. */
const stage = {
  hold: () => {},
  sending: () => {},
  refused: () => false,
  roomy: () => true,
  send: () => {},
  done: () => undefined as never,
  reseed: () => ({ numbers: true, contexts: true }),
  restartTime: () => true,
  exit: () => undefined as never,
} as unknown as NativeWorker
