// The thorough walk: for values that a structured clone would carry badly or not at all. It copies the containers (never the
// bytes of buffers), puts a marker where an error or a URL stands, and names the path of whatever cannot travel.
// Nothing here recurses with the value's depth.
import { types } from 'node:util'
import { extentOf, isReadable } from './buffers.js'
import { classOf, UnserializableError } from './errors.js'
import {
  defineProperty,
  getOwnPropertyDescriptor,
  hasOwn,
  keys,
  mapForEach,
  mapSet,
  ownKeys,
  SafeMap,
  setAdd,
  setForEach,
} from './intrinsics.js'
import { type Kind, kindOf } from './kinds.js'
import { below, keyStep, type Path, pathText, textOf } from './path.js'
import { maxDepth } from './scan.js'

// Taken at load, as everything in intrinsics.ts.
const { isSharedArrayBuffer } = types
const [List, Dictionary, Group, Bytes] = [Array, Map, Set, Uint8Array]

/** An error, DOMException or URL: what makes its shell, as primitives, and (not for a URL) its own properties as a flat list. */
export interface Special {
  readonly row: readonly unknown[]
  readonly fields: unknown[] // key, value, enumerable, ...
  readonly dropped: string[]
}

/** A copy that V8 serialises faithfully, with a marker for each special. */
export interface Copy {
  readonly value: unknown
  readonly specials: readonly Special[]
  readonly markers: SafeMap<object, number>
  /** Path of something nested too deeply, if there was any. */
  readonly deep: string | undefined
}

/** Errors in errors (causes, aggregated ones) further down than this are dropped. */
const maxErrorDepth = 100

interface Work {
  readonly source: object
  readonly target: object
  readonly path: Path
  readonly kind: Kind
}

/**
 * Copies a value for serialising.
 * @param root the name of the value in paths
 * @throws UnserializableError with the path of the first thing that cannot travel
 */
export function copy(value: unknown, root: string): Copy {
  const copier = new Copier()
  const result = copier.translate(value, below(undefined, root))
  copier.drain(0)
  return { value: result, specials: copier.specials, markers: copier.markers, deep: copier.deep && pathText(copier.deep) }
}

class Copier {
  readonly specials: Special[] = []
  readonly markers = new SafeMap<object, number>()
  deep: Path | undefined
  readonly #copies = new SafeMap<object, unknown>()
  readonly #log: object[] = [] // keys of #copies, in order
  readonly #work: Work[] = []
  #errorDepth = 0

  /** What stands for `value` in the copy. */
  translate(value: unknown, path: Path): unknown {
    if (typeof value === 'function') return refuse(path, 'a function')
    if (typeof value === 'symbol') return refuse(path, 'a symbol')
    if (typeof value !== 'object' || value === null) return value
    if (path.depth > maxDepth) this.deep ??= path
    if (this.#copies.has(value)) return this.#copies.get(value)
    const kind = at(path, () => kindOf(value))
    if (typeof kind === 'object') return refuse(path, kind.refused)
    const target = this.#targetFor(value, kind, path)
    this.#copies.set(value, target)
    this.#log[this.#log.length] = value
    if (kind !== 'leaf' && kind !== 'view' && kind !== 'buffer' && kind !== 'url')
      this.#work[this.#work.length] = { source: value, target, path, kind }
    return target
  }

  /** Works until only `base` items are left. */
  drain(base: number): void {
    while (this.#work.length > base) {
      const item = this.#work[this.#work.length - 1] as Work
      this.#work.length--
      this.#fill(item)
    }
  }

  #targetFor(value: object, kind: Kind, path: Path): object {
    if (kind === 'plain') return {}
    if (kind === 'array') return new List((value as unknown[]).length)
    if (kind === 'map') return new Dictionary()
    if (kind === 'set') return new Group()
    if (kind === 'url') return this.#special(['url', at(path, () => (value as URL).href)])
    if (kind === 'error') return this.#special(errorRow(value, path))
    if (kind === 'exception') return this.#special(exceptionRow(value as DOMException, path))
    if (kind === 'view' || kind === 'buffer') checkBytes(value, kind, path)
    return value
  }

  // An empty view: the one kind of object that V8 hands to our writer in place.
  #special(row: readonly unknown[]): object {
    const marker = new Bytes(0)
    this.markers.set(marker, this.specials.length)
    this.specials[this.specials.length] = { row, fields: [], dropped: [] }
    return marker
  }

  #fill({ source, target, path, kind }: Work): void {
    if (kind === 'array') this.#fillArray(source as unknown[], target as unknown[], path)
    else if (kind === 'map') this.#fillMap(source as Map<unknown, unknown>, target as Map<unknown, unknown>, path)
    else if (kind === 'set') this.#fillSet(source as Set<unknown>, target as Set<unknown>, path)
    else if (kind === 'error' || kind === 'exception') this.#fillError(source, target, path)
    else this.#fillKeys(source, target, { path, names: at(path, () => keys(source)) })
  }

  #fillKeys(source: object, target: object, { path, names }: { path: Path; names: readonly string[] }): void {
    for (let i = 0; i < names.length; i++) {
      const key = names[i] as string
      const here = below(path, keyStep(key))
      const value = this.translate(read(source, key, here), here)
      defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
    }
  }

  #fillArray(source: unknown[], target: unknown[], path: Path): void {
    this.#fillKeys(source, target, { path, names: keys(source) })
  }

  #fillMap(source: Map<unknown, unknown>, target: Map<unknown, unknown>, path: Path): void {
    let index = 0
    mapForEach(source, (value, key) => {
      const keyPath = below(path, `.keys()[${index++}]`)
      const valuePath = below(path, `.get(${textOf(key)})`)
      mapSet(target, this.translate(key, keyPath), this.translate(value, valuePath))
    })
  }

  #fillSet(source: Set<unknown>, target: Set<unknown>, path: Path): void {
    let index = 0
    setForEach(source, (value) => void setAdd(target, this.translate(value, below(path, `.values()[${index++}]`))))
  }

  // An error must always arrive: a field that cannot travel stays behind, and its name is listed.
  #fillError(source: object, marker: object, path: Path): void {
    const special = this.specials[this.markers.get(marker) as number] as Special
    const isError = special.row[0] === 'error'
    const names = at(path, () => ownKeys(source))
    for (let i = 0; i < names.length; i++) {
      const key = names[i]
      if (typeof key === 'string' && (isError || !isOfException(key))) this.#carryField(source, key, special)
    }
    if (isError && !hasOwn(source, 'name')) carryName(source, special)
  }

  #carryField(source: object, key: string, { fields, dropped }: Special): void {
    const before = { log: this.#log.length, work: this.#work.length, specials: this.specials.length }
    try {
      if (++this.#errorDepth > maxErrorDepth) throw new UnserializableError(key, 'an error too far down')
      const path = below(undefined, key)
      const value = this.translate(read(source, key, path), path)
      this.drain(before.work)
      if (key === 'stack' && typeof value !== 'string') throw new UnserializableError(key, 'no text')
      fields[fields.length] = key
      fields[fields.length] = value
      fields[fields.length] = getOwnPropertyDescriptor(source, key)?.enumerable === true
    } catch (error) {
      if (!(error instanceof UnserializableError)) throw error
      this.#rollBack(before)
      dropped[dropped.length] = key
    } finally {
      this.#errorDepth--
    }
  }

  // What was copied for the field that failed is half-filled: nothing else may come to share it.
  #rollBack(before: { log: number; work: number; specials: number }): void {
    for (let i = before.log; i < this.#log.length; i++) this.#copies.delete(this.#log[i] as object)
    this.#log.length = before.log
    this.#work.length = before.work
    this.specials.length = before.specials
  }
}

// What the shell of a DOMException has from its constructor.
function isOfException(key: string): boolean {
  return key === 'name' || key === 'message' || key === 'code'
}

function carryName(source: object, { row, fields }: Special): void {
  const name = textProperty(source, 'name')
  if (name === undefined || name === row[1]) return
  fields[fields.length] = 'name'
  fields[fields.length] = name
  fields[fields.length] = false
}

function errorRow(error: object, path: Path): readonly unknown[] {
  const { base, name } = at(path, () => classOf(error))
  return ['error', base, name]
}

function exceptionRow(error: DOMException, path: Path): readonly unknown[] {
  return ['exception', at(path, () => `${error.message}`), at(path, () => `${error.name}`)]
}

function textProperty(source: object, key: string): string | undefined {
  try {
    const value = (source as Record<string, unknown>)[key]
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

function checkBytes(value: object, kind: 'view' | 'buffer', path: Path): void {
  const buffer = kind === 'buffer' ? (value as ArrayBuffer) : at(path, () => extentOf(value as ArrayBufferView)).buffer
  if (isReadable(buffer)) return
  const what = isSharedArrayBuffer(buffer) ? 'a SharedArrayBuffer' : 'a detached ArrayBuffer'
  refuse(path, kind === 'view' ? `a view of ${what}` : what)
}

function read(source: object, key: string, path: Path): unknown {
  return at(path, () => (source as Record<string, unknown>)[key])
}

/** Runs code of the user's (a getter, a trap); what it throws becomes a refusal with the path. */
function at<T>(path: Path, look: () => T): T {
  try {
    return look()
  } catch (error) {
    if (error instanceof UnserializableError) throw error
    throw new UnserializableError(pathText(path), `a getter that throws ${describe(error)}`)
  }
}

function describe(error: unknown): string {
  const message = typeof error === 'object' && error !== null ? textProperty(error, 'message') : undefined
  return message === undefined ? `a ${typeof error}` : `"${message}"`
}

function refuse(path: Path, what: string): never {
  throw new UnserializableError(pathText(path), what)
}
