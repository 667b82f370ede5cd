// A worker that does not run a job itself but forks others that do (native/template/serve.h): it loads the user's module once,
// looks whether it may be forked, and goes through a job's steps to have their code compiled and warm. What then differs between
// the template and a forked worker is put right in the worker, before it is parked.
import type { NativeWorker } from '../native.js'
import { decode, encode, type Job } from '../transport/index.js'
import { type Before, before, unfit } from './fitness.js'
import { JobRun } from './job.js'
import { mend, prepareFork, prepareImport } from './mend.js'
import { Outbox } from './outbox.js'

// Until V8 has compiled what can be compiled without the optimising compiler.
const warmUps = 100

export class Template {
  readonly #native: NativeWorker
  readonly #before: Before

  static async open(native: NativeWorker): Promise<Template> {
    prepareImport()
    return new Template(native, await before())
  }

  private constructor(native: NativeWorker, earlier: Before) {
    this.#native = native
    this.#before = earlier
  }

  /** Why the process must not be forked, now that the module is there. */
  unfit(): Promise<string | undefined> {
    return unfit(this.#before)
  }

  /** Returns in each forked worker, once it has been parked and the job's message was delivered. Never in the template. */
  async serve(): Promise<void> {
    for (let i = 0; i < warmUps; i++) await rehearse()
    await new Promise(setImmediate) // from a turn of its own: nothing of the import is left on the stack
    prepareFork(this.#native)
    mend(this.#native, this.#native.serve())
    await rehearse() // touches, and so copies, the memory that the job will need
    this.#native.booted()
    this.#native.wait()
  }
}

const { main, segments } = encode({ name: 'rehearsal', args: [1, 'two', { three: [3] }], limits: {}, resultSize: -1 })

/** A job's way through the worker, without the native side's part. */
async function rehearse(): Promise<void> {
  const outbox = new Outbox(stage)
  const copies = segments.map(({ buffer }) => buffer as ArrayBuffer)
  const job = decode(main, copies) as Job
  outbox.begin(0n, job.resultSize)
  await new JobRun(stage, outbox, job.limits, () => {}).perform(0n, job, (...args) => args)
}

/** A NativeWorker that does nothing. */
const stage = {
  hold: () => {},
  run: (_token: bigint, _limits: object, _size: number, fn: () => unknown) => ({ terminated: false, value: fn() }),
  sending: () => {},
  refused: () => false,
  roomy: () => true,
  send: () => {},
  done: () => undefined as never,
} as unknown as NativeWorker
