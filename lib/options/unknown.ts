// An option name that the target does not have, with the name that was probably meant.
import { StintError } from '../errors.js'
import { nearest } from './nearest.js'

/** Functions are limited by limit(), limitModule() and with(), commands by spawnLimited(). */
export type Target = 'function' | 'command'

const callers = { function: 'limit() and limitModule()', command: 'spawnLimited()' }

// Names that other packages use for what stint calls something else.
const elsewhere: Readonly<Record<string, string>> = {
  timeout: 'wallTime',
  maxBuffer: 'outputSize',
  resourceLimits: 'memory',
  maxOldGenerationSizeMb: 'memory',
  killSignal: 'stopSignal',
  cancelSignal: 'signal',
}

/** The option names of each target. */
export type Names = Readonly<Record<Target, readonly string[]>>

/** @throws StintError ERR_STINT_OPTION_UNKNOWN, always: with a hint where one is at hand */
export function refuseUnknown(name: string, target: Target, names: Names): never {
  const accepted = names[target].join(', ')
  const message = `Unknown option '${name}' of ${callers[target]}; ${hint(name, target, names)}`
  throw new StintError('ERR_STINT_OPTION_UNKNOWN', message, { option: name, accepted })
}

function hint(name: string, target: Target, names: Names): string {
  const other = target === 'function' ? 'command' : 'function'
  const meant = Object.hasOwn(elsewhere, name) ? elsewhere[name] : undefined
  const known =
    meant ?? (names[other].includes(name) ? name : undefined) ?? nearest(name, names[target]) ?? nearest(name, names[other])
  if (known === undefined) return `the options are ${names[target].join(', ')}.`
  if (names[target].includes(known)) return `did you mean '${known}'?`
  return `'${known}' is an option of ${callers[other]}.`
}
