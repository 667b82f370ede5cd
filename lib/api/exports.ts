// Whether a module has the function that a call names; known only once a worker has loaded it.
import { StintError } from '../errors.js'
import { nearest } from '../options/index.js'
import type { Ready } from '../transport/messages.js'

/** Names that a limited module keeps for itself. */
const RESERVED: readonly string[] = ['then', 'ready', 'close']

/**
 * Checks a module as a whole, or one of its exports.
 * @throws StintError ERR_STINT_EXPORT_RESERVED, ERR_STINT_EXPORT_MISSING or ERR_STINT_EXPORT_KIND
 */
export function checkExports(info: Ready, name: string | undefined): void {
  const functions = info.exports.filter((entry) => entry.callable).map((entry) => entry.name)
  const reserved = functions.find((own) => RESERVED.includes(own))
  if (reserved !== undefined) refuseReserved(reserved)
  if (name === undefined || functions.includes(name)) return
  if (info.exports.some((entry) => entry.name === name)) {
    throw misuse('ERR_STINT_EXPORT_KIND', `The export '${name}' is not a function.`, name, functions)
  }
  const meant = nearest(name, functions)
  const hint = meant === undefined ? '' : ` Did you mean '${meant}'?`
  throw misuse('ERR_STINT_EXPORT_MISSING', `The module has no export '${name}'.${hint}`, name, functions)
}

function refuseReserved(name: string): never {
  const message = `The module exports a function named '${name}', a name that a limited module keeps for itself; export it under another name.`
  throw new StintError('ERR_STINT_EXPORT_RESERVED', message, { option: 'module', value: name, accepted: 'any other name' })
}

function misuse(code: `ERR_STINT_${string}`, message: string, value: string, functions: readonly string[]): StintError {
  return new StintError(code, message, { option: 'module', value, accepted: functions.join(', ') })
}
