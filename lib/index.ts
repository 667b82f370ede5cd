// stint: runs a function or a command in its own process under limits that the kernel enforces.
import { pathToFileURL } from 'node:url'
import { makeEnforced } from './api/enforce.js'
import { FunctionSet } from './api/function-set.js'
import { makeLimited, makeLimitedModule } from './api/limited.js'
import { assertPlatform } from './api/platform.js'
import { spawnLimited } from './api/spawn.js'
import { examine } from './doctor/doctor.js'
import { enforceToFunctionOptions, type ParsedFunctionOptions, parseFunctionOptions, refuse } from './options/index.js'
import { depthOf } from './plan/index.js'
import { analyse, callerFile } from './source/index.js'
import type { DoctorReport, Enforced, EnforceOptions, FunctionOptions, Limited, LimitedModule, Result } from './types.js'

export {
  AnythingError,
  CpuTimeoutError,
  LimitError,
  MemorylimitError,
  StintError,
  SubprocessError,
  TimeoutError,
} from './errors.js'
export type * from './types.js'
export { spawnLimited }

/**
 * Limits a self-contained function: its source is sent to a fresh process, where each call runs under `options`.
 * Nothing starts before the first call or `ready()`.
 *
 * A call resolves to the function's value, and rejects with the function's own error, with a LimitError that names the
 * limit, or with an AbortError; `run()` resolves to the outcome in every case. Arguments and values travel as structured
 * clones. Limits are in bytes and milliseconds, or with a unit: see `Limits`.
 *
 * @throws StintError ERR_STINT_OPTION_*: a bad option; ERR_STINT_SOURCE_*: a function whose source cannot stand alone (then
 * use limitModule); ERR_STINT_PLATFORM: not Linux
 * @see setrlimit(2), seccomp(2), ptrace(2), and docs/limits.md for what enforces each limit
 */
export function limit<A extends unknown[], R>(
  fn: (this: void, ...args: A) => R,
  options?: FunctionOptions,
): Limited<A, Result<R>> {
  return limitSource(fn, parseFunctionOptions(options), { caller: callerFile() })
}

/** How long idle workers of enforceLimits() stay, which nobody can close. */
const ENFORCED_REST_MS = 1000

function limitSource<A extends unknown[], R>(
  fn: (this: void, ...args: A) => R,
  parsed: ParsedFunctionOptions,
  { caller, restAfter }: { readonly caller: string; readonly restAfter?: number },
): Limited<A, Result<R>> {
  const { source, name } = analyse(fn)
  assertPlatform('limit')
  const boot = { kind: 'source', source, name, from: parsed.from ?? caller, depth: depthOf(process.env) + 1 } as const
  const set = new FunctionSet(boot, parsed, restAfter)
  return makeLimited(set, set.view(parsed), name) as unknown as Limited<A, Result<R>>
}

/**
 * Limits every exported function of a module, closures over its state included: a fresh process imports the module, and
 * each call runs there under `options`. Nothing starts before the first call or `ready()`.
 *
 * `ready()` and each call reject with StintError when the module cannot be imported (`cause` is the import's error), lacks
 * the export, or has something else under that name.
 *
 * @param module URL of the module (`new URL('./tasks.js', import.meta.url)`, `import.meta.url`), as a URL or as text
 * @throws StintError ERR_STINT_OPTION_*: a bad option or module; ERR_STINT_PLATFORM: not Linux
 */
export function limitModule<M extends object>(module: URL | string, options?: FunctionOptions): LimitedModule<M> {
  const parsed = parseFunctionOptions(options)
  const url = moduleUrl(module)
  assertPlatform('limitModule')
  const set = new FunctionSet({ kind: 'module', url, depth: depthOf(process.env) + 1 }, parsed)
  return makeLimitedModule(set, set.view(parsed)) as LimitedModule<M>
}

/**
 * pynisher 0.4's decorator: integers, MiB and seconds. The wrapped function resolves to its value, or to null on failure,
 * and tells of its last call by `exitStatus` (0 or an error class), `wallClockTime` (seconds), `result`, `stdout`, `stderr`.
 *
 * @throws StintError ERR_STINT_OPTION_* as limit() does
 */
export function enforceLimits(
  options?: EnforceOptions,
): <A extends unknown[], R>(fn: (this: void, ...args: A) => R) => Enforced<A, Result<R>> {
  const parsed = parseFunctionOptions(enforceToFunctionOptions(options))
  return (fn) => makeEnforced(limitSource(fn, parsed, { caller: callerFile(), restAfter: ENFORCED_REST_MS }))
}

/**
 * Says which mechanism serves each limit on this machine, what is missing and what would mend it. Every claim is tried in a
 * throw-away child; takes about a second. Works, and says so, where stint cannot run.
 */
export function doctor(): Promise<DoctorReport> {
  return examine({
    command: (command, args, options) => spawnLimited(command, args, options).outcome,
    function: async (fn, options) => {
      const limited = limit(fn, { ...options, isolation: 'exec', stdout: 'ignore', stderr: 'ignore' })
      return await limited.run().finally(() => limited.close())
    },
  })
}

function moduleUrl(module: unknown): string {
  if (module instanceof URL) return module.href
  if (typeof module !== 'string' || module === '') return refuse('module', module, 'a URL, or its text')
  if (URL.canParse(module)) return module
  if (module.startsWith('/')) return pathToFileURL(module).href
  return refuse('module', module, "an absolute path or a URL, such as new URL('./tasks.js', import.meta.url)")
}
