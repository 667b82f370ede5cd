// Isolation 'auto': forks where that is safe, and otherwise starts a fresh Node for each call, saying why.
import { BootError, type Launcher, type Seat } from '../launch/seat.js'
import type { Ready } from '../transport/messages.js'
import { Unfit } from './unfit.js'

export class AutoLauncher implements Launcher {
  readonly #fork: Launcher
  readonly #makeExec: (note: string) => Launcher
  #exec: Launcher | undefined

  constructor(fork: Launcher, makeExec: (note: string) => Launcher) {
    this.#fork = fork
    this.#makeExec = makeExec
  }

  get isolation(): 'fork' | 'exec' {
    return this.#exec === undefined ? 'fork' : 'exec'
  }

  get isolationNote(): string | undefined {
    return this.#exec?.isolationNote
  }

  get idle(): number {
    return this.#current.idle
  }

  ready(): Promise<Ready> {
    return this.#try((launcher) => launcher.ready())
  }

  acquire(signal?: AbortSignal): Promise<Seat> {
    return this.#try((launcher) => launcher.acquire(signal))
  }

  async close(): Promise<void> {
    await Promise.all([this.#fork.close(), this.#exec?.close()])
  }

  get #current(): Launcher {
    return this.#exec ?? this.#fork
  }

  async #try<T>(use: (launcher: Launcher) => Promise<T>): Promise<T> {
    const launcher = this.#current
    try {
      return await use(launcher)
    } catch (error) {
      const why = launcher === this.#fork ? whyNot(error) : undefined
      if (why === undefined) throw error
      this.#exec ??= this.#makeExec(why)
      void this.#fork.close()
      return use(this.#exec)
    }
  }
}

/** Undefined where a fresh Node would fare no better: a module that cannot be imported, a machine that starts no process. */
function whyNot(error: unknown): string | undefined {
  if (error instanceof Unfit) return error.why
  if (error instanceof BootError && error.failure.type === 'died') return 'the template died while it loaded the module'
  return undefined
}
