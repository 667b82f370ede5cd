// What the process knows about itself as a worker of stint: set by the worker's entry, read through a registered
// symbol, so that any copy of stint in the process sees the same state.

interface WorkerState {
  /** True while the user's module is being imported. */
  readonly importing?: boolean
}

const KEY = Symbol.for('stint.worker')

/** True inside a worker or template that has not finished importing the user's module. */
export function duringImport(): boolean {
  const state = (globalThis as unknown as Record<symbol, WorkerState | undefined>)[KEY]
  return state?.importing === true
}
