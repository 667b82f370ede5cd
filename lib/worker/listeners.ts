// What the process as a whole can tell: errors that nobody caught, and a loop that ran dry.

export interface Ends {
  uncaught(error: unknown): void
  dry(): void
}

const { on, off } = process
const { apply } = Reflect
const queue = queueMicrotask

/**
 * Listens for as long as the process lives: a job that removes all listeners (tests and frameworks do) gets ours back, since
 * without them an error would end the process before its cause was told.
 */
export function listen(ends: Ends): void {
  let arming = false
  const ours: [name: string, listener: (...args: never[]) => void][] = [
    ['uncaughtException', (error: unknown) => ends.uncaught(error)],
    ['unhandledRejection', (reason: unknown) => ends.uncaught(reason)],
    ['beforeExit', () => ends.dry()],
    ['removeListener', (_name: unknown, listener: unknown) => removed(listener)],
  ]
  const removed = (listener: unknown) => {
    if (!arming && ours.some(([, own]) => own === listener)) queue(arm)
  }
  const arm = () => {
    arming = true
    for (const args of ours) {
      apply(off, process, args)
      apply(on, process, args)
    }
    arming = false
  }
  arm()
}
