// Private references to the language's own functions. This stage runs in the worker beside the job, which may have replaced any
// global or method of a prototype: what the transport does must not change with it, so everything is taken at load.

type Method = (this: never, ...args: never[]) => unknown
type Uncurried<F> = F extends (this: infer T, ...args: infer A) => infer R ? (self: T, ...args: A) => R : never

const { call, bind } = Function.prototype
const uncurryThis = bind.bind(call) as unknown as (method: Method) => Method

/** A method as a plain function with its `this` as first parameter. */
export function uncurry<F extends Method>(method: F): Uncurried<F> {
  return uncurryThis(method) as unknown as Uncurried<F>
}

/** The getter `name` of `prototype`, as a plain function. */
export function getterOf<T, R>(prototype: object, name: PropertyKey): (self: T) => R {
  const getter = Object.getOwnPropertyDescriptor(prototype, name)?.get
  if (!getter) throw new TypeError(`no getter ${String(name)}`)
  return uncurry(getter as (this: T) => R) as unknown as (self: T) => R
}

/** Gives a subclass of a built-in class its methods as own ones, so that a later change of the built-in does not reach it. */
export function seal<C extends { prototype: object }>(subclass: C): C {
  const own = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(subclass.prototype) as object)
  for (const key of Reflect.ownKeys(own)) {
    const descriptor = own[key as keyof typeof own] as PropertyDescriptor
    if (!Object.hasOwn(subclass.prototype, key)) Object.defineProperty(subclass.prototype, key, descriptor)
  }
  return subclass
}

export const { isArray } = Array
export const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, hasOwn, keys, prototype } = Object
export const { ownKeys, construct } = Reflect
export const { isView } = ArrayBuffer
export const { isSafeInteger } = Number
type AnyMap = Map<unknown, unknown>
type AnySet = Set<unknown>
export const mapForEach: (map: AnyMap, visit: (value: unknown, key: unknown) => void) => void = uncurry(
  Map.prototype.forEach as (this: AnyMap, visit: (value: unknown, key: unknown) => void) => void,
)
export const setForEach: (set: AnySet, visit: (value: unknown) => void) => void = uncurry(
  Set.prototype.forEach as (this: AnySet, visit: (value: unknown) => void) => void,
)
export const mapSet: (map: AnyMap, key: unknown, value: unknown) => AnyMap = uncurry(Map.prototype.set)
export const setAdd: (set: AnySet, value: unknown) => AnySet = uncurry(Set.prototype.add)
export const setBytes: (target: Uint8Array, source: Uint8Array) => void = uncurry(Uint8Array.prototype.set)
export const slice = uncurry(String.prototype.slice)
export const stringify = JSON.stringify

// Map, Set and WeakMap that a job cannot change. With constructors, since the default one of a subclass passes its arguments on by
// the array iterator, which a job can change.
// biome-ignore-start lint/complexity/noUselessConstructor: see above
export class SafeMap<K, V> extends Map<K, V> {
  constructor(entries?: Iterable<readonly [K, V]>) {
    super(entries)
  }
}
export class SafeSet<T> extends Set<T> {
  constructor(items?: Iterable<T>) {
    super(items)
  }
}
export class SafeWeakMap<K extends WeakKey, V> extends WeakMap<K, V> {
  constructor() {
    super()
  }
}
// biome-ignore-end lint/complexity/noUselessConstructor: see above
seal(SafeMap)
seal(SafeSet)
seal(SafeWeakMap)
