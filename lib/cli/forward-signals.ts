// What happens to us from outside happens to the job. It has a session of its own (setsid(2)), so the terminal's signals reach us
// alone, and we pass them on: the whole process group of the job gets them, as it would from the terminal.
import { codeOfSignal } from './exit-codes.js'
import { treeOf } from './process-tree.js'

/** The part of LimitedProcess that is needed. */
export interface Target {
  readonly pid: number | undefined
  ready(): Promise<void>
  close(): Promise<void>
}

export interface Forwarding<T extends Target> {
  readonly job: T
  /** The first signal that asked for the end. */
  readonly ending: NodeJS.Signals | undefined
  stop(): void
}

/** Each ends the job: passed on at first, SIGKILL to the tree when the patience is over or at the second one. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const
/** Told and no more. */
const news = ['SIGWINCH', 'SIGUSR1', 'SIGUSR2'] as const

/**
 * Starts a job and forwards signals to it from before its first moment until stop(). One that came before we listen would end us, and the
 * job without its farewell; and Ctrl-Z would be lost where our process group is an orphaned one (setpgid(2)).
 * @param start starts it: a signal that arrives meanwhile is handled when that is done, since handlers are called by the event loop
 * @param patience ms from the first signal that asks for the end to SIGKILL of the whole tree
 * @param pausing called before we stop with the job
 */
export function forwardSignals<T extends Target>(
  start: () => T,
  patience: number,
  pausing: { suspend(): void } = { suspend() {} },
): Forwarding<T> {
  let ending: NodeJS.Signals | undefined
  let timer: NodeJS.Timeout | undefined
  const end = (signal: NodeJS.Signals) => {
    const again = ending !== undefined
    ending ??= signal
    if (again) return void job.close()
    pass(signal)
    timer = setTimeout(() => void job.close(), patience)
  }
  // Early on, its process is not known to us yet, though it may have printed something by then.
  const whenKnown = (act: () => void) => void job.ready().then(act, act)
  const pass = (signal: NodeJS.Signals) => whenKnown(() => toGroup(job.pid, signal))
  const suspend = () =>
    whenKnown(() => {
      pausing.suspend()
      toTree(job.pid, 'SIGSTOP') // SIGTSTP means nothing to an orphaned process group, and a session leader's is one (setpgid(2))
      process.kill(process.pid, 'SIGSTOP')
    })
  const resume = () => toTree(job.pid, 'SIGCONT')
  const handlers: readonly (readonly [NodeJS.Signals, (signal: NodeJS.Signals) => void])[] = [
    ...endings.map((signal) => [signal, end] as const),
    ...news.map((signal) => [signal, pass] as const),
    ['SIGTSTP', suspend],
    ['SIGCONT', resume],
  ]
  for (const [signal, handler] of handlers) process.on(signal, handler)
  const job = start()
  return {
    job,
    get ending() {
      return ending
    },
    stop() {
      clearTimeout(timer)
      for (const [signal, handler] of handlers) process.off(signal, handler)
    },
  }
}

/**
 * Ends this process by the signal that ended the job, so that a shell's loop or a make around it ends, too. The exit code is for
 * PID 1 of a container, which its own signals do not kill (pid_namespaces(7)).
 */
export function endBy(signal: NodeJS.Signals): void {
  process.exitCode = codeOfSignal(signal)
  if (signal !== 'SIGQUIT') process.kill(process.pid, signal) // its default action would dump our core
}

function toGroup(pid: number | undefined, signal: NodeJS.Signals): boolean {
  return pid !== undefined && sent(-pid, signal)
}

function toTree(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid !== undefined) for (const member of treeOf(pid)) sent(member, signal)
}

function sent(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false // it has just ended
  }
}
