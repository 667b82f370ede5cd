// What an object is, as far as travelling goes. By brand (internal slots) where the engine or Node can tell; a prototype alone
// proves little. Objects of classes that keep their state where a structured clone does not look (`#private` fields, symbols)
// would arrive as {} without a word, so they are refused by name.
import { EventEmitter } from 'node:events'
import { types } from 'node:util'
import {
  getOwnPropertyDescriptor,
  getPrototypeOf,
  isArray,
  keys,
  prototype,
  SafeSet,
  SafeWeakMap,
  uncurry,
} from './intrinsics.js'

const { isAnyArrayBuffer, isArgumentsObject, isArrayBufferView, isBoxedPrimitive, isDate, isExternal, isGeneratorObject } = types
const { isMap, isMapIterator, isModuleNamespaceObject, isNativeError, isPromise, isProxy, isRegExp, isSet } = types
const { isSetIterator, isSharedArrayBuffer, isSymbolObject, isWeakMap, isWeakSet } = types

/** A refusal: what it is, with its article ('a Promise'). */
export interface Refused {
  readonly refused: string
}
export type Kind = 'plain' | 'array' | 'map' | 'set' | 'leaf' | 'view' | 'buffer' | 'url' | 'error' | 'exception' | Refused

const errorPrototype = Error.prototype
const urlPrototype = URL.prototype
const emitterPrototype = EventEmitter.prototype
const iteratorPrototype = getPrototypeOf(getPrototypeOf([][Symbol.iterator]())) as object
const asyncIteratorPrototype = getPrototypeOf(getPrototypeOf(getPrototypeOf((async function* () {})()))) as object
const sourceOf = uncurry(Function.prototype.toString)
const includes = uncurry(String.prototype.includes)

// Classes written in JavaScript by Node, state in private fields or symbols. A class of the user's with such a name travels as
// plain data all the same, if it has any (see `suspect`).
const opaque = new SafeSet<string>()
const opaqueNames =
  'URLSearchParams URLPattern Headers Response Request FormData Blob File AbortSignal AbortController Event EventTarget ' +
  'ReadableStream ReadableStreamDefaultReader ReadableStreamBYOBReader WritableStream WritableStreamDefaultWriter TransformStream ' +
  'CompressionStream DecompressionStream TextDecoderStream TextEncoderStream TextDecoder TextEncoder MessagePort MessageChannel ' +
  'BroadcastChannel WebSocket EventSource Worker Performance PerformanceEntry PerformanceObserver CryptoKey Crypto SubtleCrypto ' +
  'KeyObject X509Certificate FileHandle BlockList SocketAddress Navigator Storage AsyncLocalStorage AsyncResource Console'
for (const name of opaqueNames.split(' ')) opaque.add(name)

// The prototypes that no `instanceof` of the user's leads to.
const byTest: readonly (readonly [test: (value: unknown) => boolean, what: string])[] = [
  [isPromise, 'a Promise'],
  [isWeakMap, 'a WeakMap'],
  [isWeakSet, 'a WeakSet'],
  [isGeneratorObject, 'a generator'],
  [isMapIterator, 'an iterator'],
  [isSetIterator, 'an iterator'],
  [isModuleNamespaceObject, 'a module namespace'],
  [isArgumentsObject, 'an arguments object'],
  [isSymbolObject, 'a boxed symbol'],
  [isExternal, 'a native handle'],
]

/**
 * The kind of any object that is not a function.
 * @returns how it travels, or a refusal with what it is
 */
export function kindOf(object: object): Kind {
  if (isProxy(object)) return { refused: 'a Proxy' }
  if (isArray(object)) return 'array'
  if (isMap(object)) return 'map'
  if (isSet(object)) return 'set'
  if (isArrayBufferView(object)) return 'view'
  if (isAnyArrayBuffer(object)) return isSharedArrayBuffer(object) ? { refused: 'a SharedArrayBuffer' } : 'buffer'
  for (let i = 0; i < byTest.length; i++) if (byTest[i]?.[0](object)) return { refused: byTest[i]?.[1] as string }
  if (isDate(object) || isRegExp(object) || isBoxedPrimitive(object)) return 'leaf'
  return kindByChain(object)
}

function kindByChain(object: object): Kind {
  const chain = chainOf(getPrototypeOf(object))
  if (chain.kind !== 'plain') return chain.kind
  if (isNativeError(object)) return 'error'
  if (chain.suspect !== '' && suspect(object, chain)) return { refused: withArticle(chain.suspect) }
  if (chain.emitter && typeof (object as { pipe?: unknown }).pipe === 'function') return { refused: 'a stream' }
  return 'plain'
}

// Node's own class, or another of that name with nothing that a clone would see.
function suspect(object: object, chain: Chain): boolean {
  return (globalThis as Record<string, unknown>)[chain.suspect] === chain.maker || keys(object).length === 0 || chain.emitter
}

/** What a prototype and those above it say about an instance. */
interface Chain {
  readonly kind: 'plain' | 'error' | 'exception' | 'url' | Refused
  readonly suspect: string // name of the opaque class, or ''
  readonly maker: unknown // and that class
  readonly emitter: boolean
}

const plainChain: Chain = { kind: 'plain', suspect: '', maker: undefined, emitter: false }
const chains = new SafeWeakMap<object, Chain>()

/** True when instances of this prototype are plain data to all appearance: no need for kindOf(). */
export function isPlainClass(proto: object): boolean {
  const chain = chainOf(proto)
  return chain === plainChain || (chain.kind === 'plain' && chain.suspect === '' && !chain.emitter)
}

function chainOf(proto: object | null): Chain {
  if (proto === null || proto === prototype) return plainChain
  let chain = chains.get(proto)
  if (chain) return chain
  chain = readLink(proto, chainOf(getPrototypeOf(proto) as object | null))
  chains.set(proto, chain)
  return chain
}

function readLink(proto: object, above: Chain): Chain {
  if (proto === errorPrototype) return { ...plainChain, kind: 'error' }
  if (proto === urlPrototype) return { ...plainChain, kind: 'url' }
  if (proto === emitterPrototype) return { ...plainChain, emitter: true }
  if (proto === iteratorPrototype) return { ...plainChain, kind: { refused: 'an iterator' } }
  if (proto === asyncIteratorPrototype) return { ...plainChain, kind: { refused: 'an async iterator' } }
  const maker = constructorOf(proto)
  if (maker === undefined) return above
  if (maker.name === 'DOMException' && above.kind !== 'plain') return { ...plainChain, kind: 'exception' }
  if (opaque.has(maker.name)) return { ...above, suspect: maker.name, maker }
  if (above.kind === 'plain' && isBuiltIn(maker)) return { ...plainChain, kind: builtIn(proto, maker.name) }
  return above
}

// A class of the engine that no test above knows (WeakRef, Intl.Collator, WebAssembly.Module), or of another realm.
function builtIn(proto: object, name: string): Chain['kind'] {
  if (name === 'Object') return 'plain'
  if (name === 'Error') return 'error'
  return { refused: getPrototypeOf(proto) === null ? 'an exotic object' : withArticle(name) }
}

function constructorOf(proto: object): { readonly name: string } | undefined {
  const value: unknown = getOwnPropertyDescriptor(proto, 'constructor')?.value
  if (typeof value !== 'function') return undefined
  const name: unknown = getOwnPropertyDescriptor(value, 'name')?.value
  return typeof name === 'string' ? (value as { name: string }) : undefined
}

function isBuiltIn(maker: object): boolean {
  return includes(sourceOf(maker as () => void), '[native code]')
}

/** 'an Event', 'a Blob'. */
export function withArticle(name: string): string {
  const vowel = name !== '' && includes('AEIOaeio', name[0] as string)
  return `${vowel ? 'an' : 'a'} ${name}`
}
