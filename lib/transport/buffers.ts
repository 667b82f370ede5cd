// Which bytes of which ArrayBuffers travel, and how. A view takes along what it covers, not the whole buffer below it; views
// that share a buffer keep sharing it; a large buffer goes out of band, as a segment, without being copied into `main`.
import { types } from 'node:util'
import { getPrototypeOf, getterOf, SafeMap } from './intrinsics.js'

const { isDataView, isSharedArrayBuffer } = types

/** From this size on a buffer is a segment of its own. 32 KiB: below, one more copy costs less than a page-aligned mapping. */
export const segmentThreshold = 32 * 1024

type View = ArrayBufferView
const typedArray = getPrototypeOf(Uint8Array.prototype) as object
const bufferOfArray = getterOf<View, ArrayBuffer>(typedArray, 'buffer')
const offsetOfArray = getterOf<View, number>(typedArray, 'byteOffset')
const lengthOfArray = getterOf<View, number>(typedArray, 'byteLength')
const nameOfArray = getterOf<View, string>(typedArray, Symbol.toStringTag)
const bufferOfData = getterOf<View, ArrayBuffer>(DataView.prototype, 'buffer')
const offsetOfData = getterOf<View, number>(DataView.prototype, 'byteOffset')
const lengthOfData = getterOf<View, number>(DataView.prototype, 'byteLength')
const lengthOfBuffer = getterOf<ArrayBuffer, number>(ArrayBuffer.prototype, 'byteLength')
const bufferPrototype = Buffer.prototype
const { poolSize } = Buffer
const Slab = Buffer

/** What a view covers, read past any property that hides the real one. Bytes. @throws TypeError out of the bounds of its buffer */
export function extentOf(view: View): { readonly buffer: ArrayBuffer; readonly start: number; readonly end: number } {
  const data = isDataView(view)
  const buffer = data ? bufferOfData(view) : bufferOfArray(view)
  const start = data ? offsetOfData(view) : offsetOfArray(view)
  return { buffer, start, end: start + (data ? lengthOfData(view) : lengthOfArray(view)) }
}

type Maker = new (buffer: ArrayBuffer, offset: number, length: number) => View
/** The kinds of view; their places in this list are their numbers on the wire. Float16Array is younger than Node 20. */
const viewNames = [
  ...[
    'Buffer',
    'DataView',
    'Int8Array',
    'Uint8Array',
    'Uint8ClampedArray',
    'Int16Array',
    'Uint16Array',
    'Int32Array',
    'Uint32Array',
  ],
  ...['Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array', 'Float16Array'],
]
const makers = viewNames.map((name) => (globalThis as unknown as Record<string, Maker | undefined>)[name])
const elementSizes = makers.map((maker) => (maker as { BYTES_PER_ELEMENT?: number } | undefined)?.BYTES_PER_ELEMENT ?? 1)
const kinds = new SafeMap<string, number>()
for (let i = 0; i < viewNames.length; i++) kinds.set(viewNames[i] as string, i)
const bufferFrom = Buffer.from

/** Number of a view's kind. */
export function viewKind(view: View): number {
  if (isDataView(view)) return 1
  for (let proto: unknown = getPrototypeOf(view); proto !== null; proto = getPrototypeOf(proto))
    if (proto === bufferPrototype) return 0
  return kinds.get(nameOfArray(view)) as number
}

/**
 * A view of the given kind over `bytes` bytes of a buffer.
 * @returns undefined where no such view can be: unknown kind, out of bounds, not aligned
 */
export function makeView(kind: number, buffer: ArrayBuffer, range: { start: number; bytes: number }): View | undefined {
  const { start, bytes } = range
  const maker = makers[kind]
  const size = elementSizes[kind] as number
  const fits = start >= 0 && bytes >= 0 && start % size === 0 && bytes % size === 0 && start + bytes <= lengthOfBuffer(buffer)
  if (!maker || !fits) return undefined
  return kind === 0 ? bufferFrom(buffer, start, bytes) : new maker(buffer, start, bytes / size)
}

/** One ArrayBuffer that travels by itself: the bytes from `start` to `end`; `id` is its place in the table in front of the value. */
export interface Carried {
  readonly buffer: ArrayBuffer
  readonly id: number
  readonly start: number
  readonly end: number
  /** maxByteLength of a resizable buffer that travels whole; -1 otherwise. */
  readonly maxLength: number
}
export type Table = SafeMap<ArrayBuffer, Carried>

/** Whether a buffer's bytes can be read: false for shared memory and for a detached one, which have no faithful copy. */
export function isReadable(buffer: ArrayBuffer): boolean {
  if (isSharedArrayBuffer(buffer)) return false
  if (lengthOfBuffer(buffer) > 0) return true
  try {
    new Bytes(buffer)
    return true
  } catch {
    return false // detached
  }
}

interface Range {
  start: number
  end: number
  users: number
  whole: boolean
}

/**
 * Decides what travels by itself. Views that are not in the table are small and alone: they carry their bytes with them.
 * @returns undefined when a buffer is shared memory or detached
 */
export function planBuffers(views: readonly View[], buffers: readonly ArrayBuffer[]): Table | undefined {
  const ranges = new SafeMap<ArrayBuffer, Range>()
  for (let i = 0; i < buffers.length; i++) {
    const buffer = buffers[i] as ArrayBuffer
    if (!isReadable(buffer)) return undefined
    ranges.set(buffer, { start: 0, end: lengthOfBuffer(buffer), users: 1, whole: true })
  }
  for (let i = 0; i < views.length; i++) {
    const view = views[i] as View
    const { buffer, start, end } = extentOf(view)
    if (!isReadable(buffer)) return undefined
    if (!isPooled(view, buffer, end - start)) widen(ranges, buffer, { start, end })
  }
  return tableOf(ranges)
}

// Small Buffers (up to half a slab) lie in a slab with others that have nothing to do with them, and must not take those along.
function isPooled(view: View, buffer: ArrayBuffer, bytes: number): boolean {
  const length = lengthOfBuffer(buffer)
  return bytes <= length / 2 && (length === poolSize || length === Slab.poolSize) && viewKind(view) === 0
}

function widen(ranges: SafeMap<ArrayBuffer, Range>, buffer: ArrayBuffer, { start, end }: { start: number; end: number }): void {
  const range = ranges.get(buffer)
  if (!range) {
    ranges.set(buffer, { start, end, users: 1, whole: false })
    return
  }
  range.users++
  if (start < range.start) range.start = start
  if (end > range.end) range.end = end
}

function tableOf(ranges: SafeMap<ArrayBuffer, Range>): Table {
  const table: Table = new SafeMap()
  ranges.forEach((range, buffer) => {
    // Offsets stay the same modulo 8: a view of larger elements must find itself aligned again.
    const start = range.start - (range.start % 8)
    const alone = range.users === 1 && !range.whole && range.end - start < segmentThreshold
    const resizable = range.whole && (buffer as { resizable?: boolean }).resizable === true
    const maxLength = resizable ? (buffer as unknown as { maxByteLength: number }).maxByteLength : -1
    if (!alone) table.set(buffer, { buffer, id: table.size, start, end: range.end, maxLength })
  })
  return table
}

/** True when the buffer goes as a segment; a resizable one is copied, since a mapping cannot grow. */
export function isSegment({ start, end, maxLength }: Carried): boolean {
  return end - start >= segmentThreshold && maxLength < 0
}

/** The bytes of a view, or of a part of a buffer, not copied. */
export function bytesOf(buffer: ArrayBuffer, start: number, end: number): Uint8Array {
  return new Bytes(buffer, start, end - start)
}
const Bytes = Uint8Array
