// The options of enforceLimits() in terms of limit()'s. Pure.
import { StintError } from '../errors.js'
import type { EnforceOptions, FunctionOptions } from '../types.js'
import { nearest } from './nearest.js'
import { refuse } from './refuse.js'
import { parseInteger } from './units.js'

const mebibyte = 1024 ** 2

// 0.4's own spelling of each option, for those who port.
const least: Readonly<Record<string, number>> = { memInMb: 1, cpuTimeInS: 1, wallTimeInS: 1, numProcesses: 0, gracePeriodInS: 0 }

/**
 * Integers or null. Memory is MiB and limits the address space as well; `numProcesses` counts the job itself, `processes`
 * does not. Output is captured, for the properties stdout and stderr.
 * @throws StintError ERR_STINT_OPTION_UNKNOWN or ERR_STINT_OPTION_VALUE
 */
export function enforceToFunctionOptions(options: EnforceOptions = {}): FunctionOptions {
  if (typeof options !== 'object' || options === null) return refuse('options', options, 'a plain object')
  const set = checkIntegers(options)
  const seconds = (value: number | undefined): number | undefined => (value === undefined ? undefined : value * 1000)
  return {
    ...(set.memInMb === undefined ? {} : { memory: set.memInMb * mebibyte, addressSpace: 'strict' }),
    cpuTime: seconds(set.cpuTimeInS),
    wallTime: seconds(set.wallTimeInS),
    processes: set.numProcesses === undefined ? undefined : Math.max(0, set.numProcesses - 1),
    gracePeriod: seconds(set.gracePeriodInS),
    logger: options.logger ?? undefined,
    stdout: 'capture',
    stderr: 'capture',
  }
}

type Integers = { [K in Exclude<keyof EnforceOptions, 'logger'>]?: number }

function checkIntegers(options: EnforceOptions): Integers {
  const set: Record<string, number> = {}
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (name === 'logger') continue
    const min = Object.hasOwn(least, name) ? least[name] : undefined
    if (min === undefined) return refuseName(name)
    if (value !== null && value !== undefined) set[name] = parseInteger(name, value, { min, max: most(name) })
  }
  return set
}

// What still is a safe number of bytes or milliseconds.
function most(name: string): number {
  return name === 'memInMb' ? 2 ** 32 : 3_155_760_000
}

function refuseName(name: string): never {
  const known = [...Object.keys(least), 'logger']
  const meant = nearest(name.replaceAll('_', ''), known)
  const hint = meant === undefined ? `the options are ${known.join(', ')}.` : `did you mean '${meant}'?`
  throw new StintError('ERR_STINT_OPTION_UNKNOWN', `Unknown option '${name}' of enforceLimits(); ${hint}`, {
    option: name,
    accepted: known.join(', '),
  })
}
