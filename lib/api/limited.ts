// The callable objects users hold: Limited (one function) and LimitedModule (every function of a module).
import { StintError } from '../errors.js'
import type { FunctionOptions, Limited } from '../types.js'
import { toRejection } from '../verdict/index.js'
import type { FunctionSet, View } from './function-set.js'

type AnyLimited = Limited<unknown[], unknown>

/** One exported or source function of a set, seen through one view of its options. */
export function makeLimited(set: FunctionSet, view: View, name: string): AnyLimited {
  const run = (...args: unknown[]) => set.run(view, name, args)
  const call = async (...args: unknown[]): Promise<unknown> => {
    const outcome = await run(...args)
    if (outcome.kind === 'Ok') return outcome.value
    throw toRejection(outcome, view.options.signal)
  }
  return Object.defineProperties(call, {
    name: { value: view.options.name ?? name },
    run: { value: run, enumerable: true },
    with: { value: (options: FunctionOptions) => makeLimited(set, set.derive(view, options), name), enumerable: true },
    ready: { value: () => set.ready(view, name), enumerable: true },
    limits: { value: view.limits, enumerable: true },
    stats: { get: () => set.stats, enumerable: true },
    close: { value: closer(set), enumerable: true },
    [Symbol.asyncDispose]: { value: () => set.close(false) },
  }) as unknown as AnyLimited
}

/** A module's functions, made on first use: what it exports is known only to the worker that imports it. */
export function makeLimitedModule(set: FunctionSet, view: View): object {
  const made = new Map<string, AnyLimited>()
  const own: Record<PropertyKey, unknown> = {
    ready: () => set.ready(view, undefined),
    close: closer(set),
    [Symbol.asyncDispose]: () => set.close(false),
  }
  return new Proxy(own, {
    get(_, key) {
      if (typeof key === 'symbol' || key === 'then' || Object.hasOwn(own, key)) return own[key]
      const limited = made.get(key) ?? makeLimited(set, view, key)
      made.set(key, limited)
      return limited
    },
    set(_, key) {
      throw new StintError('ERR_STINT_READ_ONLY', `A limited module is read-only: '${String(key)}' cannot be set.`)
    },
  })
}

function closer(set: FunctionSet) {
  return (options?: { readonly force?: boolean }) => set.close(options?.force === true)
}
