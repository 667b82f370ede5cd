// Source functions: limit(fn) sends the text of fn to another process. This stage, on the host's side, makes sure that the text
// stands on its own, or says what it leans on. parse → needs → refuse, and the caller's file for what it loads itself.
import { isNative, refuseNative } from './native-function.js'
import { needsOf } from './needs.js'
import { type Form, parse } from './parse.js'
import { refuseKind, refuseNeeds, refuseValue } from './refuse.js'

export { callerFile } from './caller.js'
export type { Form } from './parse.js'

/** A function that stands on its own. */
export interface SourceFunction {
  /** A JavaScript expression that evaluates to the function, to be compiled as strict code. */
  readonly source: string
  /** Its name; 'anonymous' when it has none. The worker defines it beside the source, so that the function can call itself. */
  readonly name: string
  readonly form: Form
}

type AnyFunction = (...args: never[]) => unknown
const analysed = new WeakMap<AnyFunction, SourceFunction>()

/**
 * Reads the source of a function and checks that it needs nothing from around it but globals, `require` and `import()`.
 * @returns the same object for the same function
 * @throws StintError ERR_STINT_SOURCE: no function at all, a class, a generator, a native or bound function, or one that is not self-contained
 */
export function analyse(fn: AnyFunction): SourceFunction {
  if (typeof fn !== 'function') refuseValue(fn)
  let known = analysed.get(fn)
  if (!known) {
    known = read(fn)
    analysed.set(fn, known)
  }
  return known
}

function read(fn: AnyFunction): SourceFunction {
  const text = Function.prototype.toString.call(fn)
  if (isNative(fn, text)) refuseNative(fn)
  const parsed = parse(text, fn.name)
  refuseKind(parsed.node, fn.name)
  refuseNeeds(needsOf(parsed.node, fn.name), fn.name)
  return { source: parsed.source, name: fn.name || 'anonymous', form: parsed.form }
}
