// The plan of a worker of isolation 'exec': a fresh Node that runs dist/worker/main.js.
import { fileURLToPath } from 'node:url'
import { StintError } from '../errors.js'
import type { ParsedFunctionOptions } from '../options/parsed.js'
import { templateFlags } from '../template-flags.js'
import { environmentText, type HostFacts } from './facts.js'
import { noLimits } from './limits.js'
import { stripFlags, stripNodeOptions } from './node-flags.js'
import { commonPlan, type Plan } from './plan.js'
import { signalNumber } from './signals.js'

const entry = fileURLToPath(new URL('../worker/main.js', import.meta.url))

// V8 reserves 8 GiB and more of address space for each WebAssembly memory while it relies on its trap handler, so under
// RLIMIT_AS none could be made; Node 24 and later turn it off by themselves only where the limit stands at start-up.
// The checks of async_hooks abort a process in which JavaScript was terminated inside of a timer; a soft stop may do that.
const ownFlags = ['--disable-wasm-trap-handler', '--no-force-async-hooks-checks']

// V8's young generation takes up to three semi-spaces beside the old one that the heap limit counts. Under a small memory limit
// they alone would reach RLIMIT_DATA, and V8 dies there, by SIGSEGV at times, before it asks for more heap.
const semiSpacesInMemory = 16
const largestSemiSpace = 32 // MiB; Node 24, 16 before

/** The variable that tells a worker, and what it starts, how deep it is nested. */
export const depthVariable = 'STINT_DEPTH'
/** Workers inside workers: a module that limits and calls its own exports must come to an end. */
export const maxDepth = 16

/** @returns how many workers enclose the process that has this environment */
export function depthOf(env: NodeJS.ProcessEnv): number {
  const depth = Number(env[depthVariable] ?? 0)
  return Number.isSafeInteger(depth) && depth > 0 ? depth : 0
}

/**
 * All that is needed to start a worker. Only `processes` must stand before exec; a job's limits are set in the worker
 * once it has booted, relative to what it uses by then (see nativeLimits).
 * @throws StintError ERR_STINT_DEPTH when the host is itself a worker at the greatest depth
 */
export function planWorker(options: ParsedFunctionOptions, facts: HostFacts): Plan {
  return Object.freeze({
    ...commonPlan(options),
    command: false,
    files: Object.freeze([facts.execPath]),
    argv: Object.freeze([
      facts.execPath,
      ...ownFlags,
      ...youngGeneration(options, facts),
      ...stripFlags(options.execArgv ?? facts.execArgv),
      entry,
    ]),
    env: environmentText(workerEnvironment(options, facts)),
    limits: Object.freeze({ ...noLimits, processes: options.limits.processes ?? noLimits.processes }),
    stopSignal: signalNumber('SIGTERM'), // a worker's soft stop is a message; this is for a keeper that finds it deaf
  } satisfies Plan)
}

/** All that is needed to start a template: a worker that forks, so no limit of a job may stand there. */
export function planTemplate(options: ParsedFunctionOptions, facts: HostFacts): Plan {
  const plan = planWorker(options, facts)
  const [node = facts.execPath, ...rest] = plan.argv
  return Object.freeze({ ...plan, argv: Object.freeze([node, ...templateFlags, ...rest]), limits: noLimits })
}

// Before the user's own flags, so that theirs win; on a command line it would win over NODE_OPTIONS.
function youngGeneration({ limits, env }: ParsedFunctionOptions, facts: HostFacts): readonly string[] {
  const size = Math.max(1, Math.floor((limits.memory ?? Number.POSITIVE_INFINITY) / (semiSpacesInMemory * 1024 ** 2)))
  const chosen = /max[-_]semi[-_]space[-_]size/.test((env ?? facts.env).NODE_OPTIONS ?? '')
  return chosen || size >= largestSemiSpace ? [] : [`--max-semi-space-size=${size}`]
}

function workerEnvironment(options: ParsedFunctionOptions, facts: HostFacts): NodeJS.ProcessEnv {
  const depth = depthOf(facts.env) + 1
  if (depth > maxDepth) {
    const message = `Workers are nested ${maxDepth} deep; one more is not started. Does a module call its own limited exports?`
    throw new StintError('ERR_STINT_DEPTH', message, { value: depth, accepted: `at most ${maxDepth}` })
  }
  const { NODE_OPTIONS, ...env } = options.env ?? facts.env
  const nodeOptions = NODE_OPTIONS === undefined ? {} : { NODE_OPTIONS: stripNodeOptions(NODE_OPTIONS) }
  return { ...env, ...nodeOptions, [depthVariable]: String(depth) }
}
