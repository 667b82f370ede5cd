// Errors on their way: the class as a name (its nearest built-in one and its own), everything else as own properties.
import { construct, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, SafeMap, slice } from './intrinsics.js'

/** This value cannot travel. `path` names the place, from the root given to encode(); `what` says what is there. */
export class UnserializableError extends Error {
  override readonly name = 'UnserializableError'
  constructor(
    readonly path: string,
    readonly what: string,
  ) {
    super(`${path} cannot travel between processes: it is ${what}`)
  }
}

/** The bytes are not what encode() makes: the sender is broken or hostile. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError'
  // The default one goes through the array iterator, which a job can change.
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
  }
}

type ErrorClass = new (...args: unknown[]) => Error
const builtInNames =
  'Error EvalError RangeError ReferenceError SyntaxError TypeError URIError AggregateError SuppressedError'.split(' ')
const Plain = Error
const builtIns = new SafeMap<string, ErrorClass>()
for (let i = 0; i < builtInNames.length; i++) {
  const name = builtInNames[i] as string
  const found = (globalThis as unknown as Record<string, ErrorClass | undefined>)[name]
  if (found) builtIns.set(name, found)
}

/** Key of the list, on a decoded error, of the names of the fields that could not travel. */
export const droppedFields: unique symbol = Symbol.for('stint.dropped')

/** An error's class: the nearest built-in one, and the name of its own. */
export function classOf(error: object): { readonly base: string; readonly name: string } {
  let name = ''
  for (let proto = getPrototypeOf(error) as object | null; proto !== null; proto = getPrototypeOf(proto) as object | null) {
    const maker: unknown = getOwnPropertyDescriptor(proto, 'constructor')?.value
    const own: unknown = typeof maker === 'function' ? getOwnPropertyDescriptor(maker, 'name')?.value : undefined
    if (typeof own !== 'string') continue
    if (name === '') name = own
    if (builtIns.has(own)) return { base: own, name }
  }
  return { base: 'Error', name: name === '' ? 'Error' : name }
}

/**
 * An error of that class without its fields, which set() gives it later: they may refer to the error itself.
 * @throws MalformedError for a base that is not built in
 */
export function emptyError(base: string, name: string): Error {
  const Base = builtIns.get(base)
  if (!Base) throw new MalformedError('unknown class of error')
  const own = name === base ? Base : namedClass(Base, slice(name, 0, 200))
  const error = construct(Plain, [], own) as Error // no constructor but Error's runs
  delete (error as Partial<Error>).stack
  return error
}

// The class of the sender is not here; one of its name keeps `error.constructor.name` and what inspect() prints.
function namedClass(Base: ErrorClass, name: string): ErrorClass {
  const own = class extends Base {}
  return defineProperty(own, 'name', { value: name, configurable: true })
}

/**
 * Gives an error one of its own properties. A code of stint's becomes `remoteCode`: what came over the channel is not stint's.
 */
export function setField(
  error: object,
  field: { readonly key: string; readonly value: unknown; readonly enumerable: boolean },
): void {
  const { key, value, enumerable } = field
  const remote = key === 'code' && typeof value === 'string' && slice(value, 0, 10) === 'ERR_STINT_'
  defineProperty(error, remote ? 'remoteCode' : key, { value, enumerable, writable: true, configurable: true })
}

/** Notes on the error, out of sight, the names of those fields that could not travel. */
export function setDropped(error: object, names: readonly string[]): void {
  defineProperty(error, droppedFields, { value: names, enumerable: false, writable: true, configurable: true })
}
