// The one way to say that an option is wrong.
import { inspect } from 'node:util'
import { type Misuse, StintError } from '../errors.js'

/**
 * @param accepted in words, such as "a whole number from -20 to 19"
 * @throws StintError ERR_STINT_OPTION_VALUE, always
 */
export function refuse(option: string, value: unknown, accepted: string, misuse: Misuse = {}): never {
  const message = `Option '${option}' must be ${accepted}; got ${show(value)}.`
  throw new StintError('ERR_STINT_OPTION_VALUE', message, { ...misuse, option, value, accepted })
}

/** A value in one short line, for messages. */
export function show(value: unknown): string {
  return inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 80, maxArrayLength: 4 })
}
