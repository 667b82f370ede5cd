// The walk over a value before it is serialised: is it data that a structured clone carries faithfully? Made to cost little
// beside the serialising itself: no paths, no copies, one look at each property; whatever it does not like goes to copy.ts.
import { inspect } from 'node:util'
import { getPrototypeOf, hasOwn, isArray, isView, keys, mapForEach, prototype, SafeSet, setForEach } from './intrinsics.js'
import { isPlainClass, kindOf } from './kinds.js'

/** The deepest nesting that travels: V8 reads recursively, and gives up at about 1,900 levels of objects on a 1 MB stack. */
export const maxDepth = 1000

/** What a scan found: buffers and views in the order met, and whether the value is faithful to a structured clone. */
export interface Scan {
  readonly views: ArrayBufferView[]
  readonly buffers: ArrayBuffer[]
  faithful: boolean
  tooDeep: boolean
}

const arrayPrototype = Array.prototype
const mapPrototype = Map.prototype
const setPrototype = Set.prototype

/** Scans everything reachable from `value`. @throws what a getter throws */
export function scan(value: unknown): Scan {
  const found: Scan = { views: [], buffers: [], faithful: true, tooDeep: false }
  if (typeof value !== 'object') found.faithful = typeof value !== 'function' && typeof value !== 'symbol'
  else if (value !== null) visit(value, 1, { found, seen: new SafeSet(), named: new SafeSet() })
  return found
}

/**
 * `seen` holds only objects that have objects below them: the others cost less to look at twice than to remember.
 * `named`: arrays whose named properties were looked at.
 */
interface State {
  readonly found: Scan
  readonly seen: SafeSet<object>
  readonly named: SafeSet<object>
}

// The order is V8's (keys as enumerated, a Map's key before its value), so that depths are those of its recursion.
function visit(node: object, depth: number, state: State): void {
  if (depth > maxDepth) {
    state.found.tooDeep = true
    state.found.faithful = false
    return
  }
  if (isArray(node)) {
    visitArray(node, depth, state)
    return
  }
  const proto: unknown = getPrototypeOf(node)
  if (proto === prototype) visitPlain(node as Record<string, unknown>, depth, state)
  else if (proto === mapPrototype) visitMap(node as Map<unknown, unknown>, depth, state)
  else if (proto === setPrototype) visitSet(node as Set<unknown>, depth, state)
  else if (isView(node)) state.found.views[state.found.views.length] = node
  else if (proto !== null && isPlainClass(proto as object)) visitKeys(node, keys(node), { depth, state })
  else visitOther(node, depth, state)
}

function visitPlain(node: Record<string, unknown>, depth: number, state: State): void {
  let entered = false
  for (const key in node) {
    const child = node[key]
    if (typeof child === 'object' && child !== null) {
      if (!entered) {
        if (state.seen.has(node)) return
        state.seen.add(node)
        entered = true
      }
      visit(child, depth + 1, state)
      if (!state.found.faithful) return
    } else if (typeof child === 'function' || typeof child === 'symbol') {
      state.found.faithful = false
      return
    }
  }
}

function visitArray(node: readonly unknown[], depth: number, state: State): void {
  let entered = false
  let holes = 0
  for (let i = flatPrefix(node); i < node.length; i++) {
    const child = node[i]
    if (typeof child === 'object' && child !== null) {
      if (!entered) {
        if (state.seen.has(node)) return
        state.seen.add(node)
        entered = true
      }
      visit(child, depth + 1, state)
      if (!state.found.faithful) return
    } else if (typeof child === 'function' || typeof child === 'symbol') {
      state.found.faithful = false
      return
    } else if (child === undefined && !hasOwn(node, i) && ++holes > 1000) {
      visitKeys(node, keys(node), { depth, state }) // a sparse array may have a length of 4e9
      return
    }
  }
  if (hasNamedProperties(node, holes)) visitKeys(node, keys(node), { depth, state })
}

/**
 * How many elements of an array, from the first on, are numbers or strings: the long lists of real data. In loops of their own,
 * since V8 compiles a loop for the few kinds of array it has seen, and the one above sees them all (20 times slower).
 */
function flatPrefix(array: readonly unknown[]): number {
  const { length } = array
  if (length < 50 || getPrototypeOf(array) !== arrayPrototype) return 0
  if (typeof array[0] === 'number') return countNumbers(array, length)
  return typeof array[0] === 'string' ? countStrings(array, length) : 0
}

function countNumbers(array: readonly unknown[], length: number): number {
  for (let i = 0; i < length; i++) if (typeof array[i] !== 'number') return i
  return length
}

function countStrings(array: readonly unknown[], length: number): number {
  for (let i = 0; i < length; i++) if (typeof array[i] !== 'string') return i
  return length
}

const brief = { maxArrayLength: 0, depth: 0, customInspect: false, colors: false, compact: true, breakLength: Infinity } as const
const [textBefore, textAfter] = inspect(new Array(1000), brief).split('1000')

/**
 * Whether an array has properties beside its elements, as the result of RegExp.prototype.exec has. The language can only list
 * all keys, elements included (100 ms for a million); Node's inspect() asks the engine for the others alone.
 */
export function hasNamedProperties(array: readonly unknown[], holes: number): boolean {
  if (array.length < 80) return keys(array).length > array.length - holes
  return inspect(array, brief) !== `${textBefore}${array.length}${textAfter}`
}

function visitKeys(node: object, names: readonly string[], at: { depth: number; state: State }): void {
  const { depth, state } = at
  if (names.length === 0) return
  const values = node as Record<string, unknown>
  let entered = false
  for (let i = 0; i < names.length; i++) {
    const child = values[names[i] as string]
    if (!entered && typeof child === 'object' && child !== null) {
      const seen = isArray(node) ? state.named : state.seen
      if (seen.has(node)) return
      seen.add(node)
      entered = true
    }
    visitChild(child, depth, state)
    if (!state.found.faithful) return
  }
}

function visitChild(child: unknown, depth: number, state: State): void {
  if (typeof child === 'object') {
    if (child !== null) visit(child, depth + 1, state)
  } else if (typeof child === 'function' || typeof child === 'symbol') {
    state.found.faithful = false
  }
}

function visitMap(node: Map<unknown, unknown>, depth: number, state: State): void {
  if (state.seen.has(node)) return
  state.seen.add(node)
  mapForEach(node, (value, key) => {
    if (state.found.faithful) visitChild(key, depth, state)
    if (state.found.faithful) visitChild(value, depth, state)
  })
}

function visitSet(node: Set<unknown>, depth: number, state: State): void {
  if (state.seen.has(node)) return
  state.seen.add(node)
  setForEach(node, (value) => {
    if (state.found.faithful) visitChild(value, depth, state)
  })
}

function visitOther(node: object, depth: number, state: State): void {
  const kind = kindOf(node)
  if (kind === 'leaf') return
  if (kind === 'buffer') state.found.buffers.push(node as ArrayBuffer)
  else if (kind === 'plain') visitKeys(node, keys(node), { depth, state })
  else if (kind === 'map') visitMap(node as Map<unknown, unknown>, depth, state)
  else if (kind === 'set') visitSet(node as Set<unknown>, depth, state)
  else state.found.faithful = false
}
