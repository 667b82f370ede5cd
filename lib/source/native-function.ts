// Functions without a source: the engine's, bound ones, and Proxies around any.
import { types } from 'node:util'
import { refuseSource } from './refuse.js'

/** True when the function's text is not its source. */
export function isNative(fn: object, text: string): boolean {
  return types.isProxy(fn) || /\{\s*\[native code\]\s*\}\s*$/.test(text)
}

/** @throws StintError ERR_STINT_SOURCE, always */
export function refuseNative(fn: { readonly name: string }): never {
  if (types.isProxy(fn)) refuseSource('', 'is a Proxy, whose handler cannot go to another process')
  if (fn.name.startsWith('bound ')) refuseSource(fn.name, 'is a bound function, which has no source: limit the function itself')
  refuseSource(fn.name, 'is native code, which has no source: call it inside a function of your own')
}
