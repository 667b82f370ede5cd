// Stage: one command, from its launch to the proof that nothing of it is left.
import { hostCause, type NativeEvents, type NativeKeeper, type NativeReport } from '../native.js'
import { whenAborted } from '../when-aborted.js'
import type { Observed } from './observed.js'

export interface CommandJob {
  readonly signal?: AbortSignal | undefined
  readonly capture: { readonly stdout: boolean; readonly stderr: boolean }
}

/** A command under supervision. */
export interface SupervisedCommand {
  /** Undefined when no keeper could be started. */
  readonly keeper: NativeKeeper | undefined
  /** The command's process id once it runs. */
  readonly pid: number | undefined
  /** Resolves when the command has been exec'ed; false when it never will be. */
  readonly launched: Promise<boolean>
  /** Resolves when nothing of the command is left; never rejects. */
  readonly observed: Promise<Observed>
  kill(signal: number): boolean
  close(): void
}

/** Starts a command and watches over it. `launch` is the addon's launch with the plan bound. */
export function superviseCommand(launch: (events: NativeEvents) => NativeKeeper, job: CommandJob): SupervisedCommand {
  return new CommandSupervision(launch, job)
}

class CommandSupervision implements SupervisedCommand {
  readonly keeper: NativeKeeper | undefined
  readonly launched: Promise<boolean>
  readonly observed: Promise<Observed>
  pid: number | undefined
  readonly #job: CommandJob
  readonly #unfollow: () => void
  #ended = false
  #report: NativeReport | undefined
  #isLaunched!: (launched: boolean) => void
  #isObserved!: (observed: Observed) => void

  constructor(launch: (events: NativeEvents) => NativeKeeper, job: CommandJob) {
    this.#job = job
    this.launched = new Promise((resolve) => {
      this.#isLaunched = resolve
    })
    this.observed = new Promise((resolve) => {
      this.#isObserved = resolve
    })
    this.#unfollow = whenAborted(job.signal, () => this.keeper?.stop(hostCause.aborted, false))
    if (job.signal?.aborted) this.#finish({})
    else this.keeper = this.#launch(launch)
  }

  kill(signal: number): boolean {
    return !this.#ended && this.keeper?.signal(signal) === true
  }

  close(): void {
    if (!this.#ended) this.keeper?.stop(hostCause.aborted, true)
  }

  #launch(launch: (events: NativeEvents) => NativeKeeper): NativeKeeper | undefined {
    try {
      return launch({
        launched: (pid) => {
          this.pid = pid
          this.#isLaunched(true)
        },
        message: () => {},
        garbage: () => {},
        report: (report) => {
          this.#report = report
        },
        gone: (status) => this.#gone(status),
      })
    } catch (error) {
      const { step, errno } = error as { step?: number; errno?: number }
      if (step === undefined || errno === undefined) throw error
      this.#finish({ launch: { step, errno } })
      return undefined
    }
  }

  #gone(keeperStatus: number): void {
    const { capture } = this.#job
    this.#finish({
      report: this.#report,
      keeperStatus,
      stdout: capture.stdout ? this.keeper?.captured(1) : undefined,
      stderr: capture.stderr ? this.keeper?.captured(2) : undefined,
    })
  }

  #finish(observed: Observed): void {
    this.#ended = true
    this.#unfollow()
    this.#isLaunched(false)
    this.#isObserved(observed)
  }
}
