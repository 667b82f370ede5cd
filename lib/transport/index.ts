// Values between processes: structured clones (node:v8) that also carry errors and URLs in full, keep large buffers out of band,
// and say by path what cannot travel. See docs/typescript.md, "What travels".
//
// encode: scan() finds out, cheaply, whether V8 alone would be faithful, which is nearly always so. Otherwise copy() makes a copy
// in which it is, or names the path. decode: the sender may be hostile; every length, index and type is checked.

import { bytesOf, isSegment, planBuffers, type Table } from './buffers.js'
import { copy, type Special } from './copy.js'
import { droppedFields, MalformedError, UnserializableError } from './errors.js'
import { SafeMap } from './intrinsics.js'
import { maxDepth, scan } from './scan.js'
import { fillShells, makeShells } from './shells.js'
import { Reader, Writer } from './wire.js'

export * from './messages.js'
export { droppedFields, MalformedError, UnserializableError }

/** An encoded value: `main`, the buffers beside it in order, and the bytes of all together. */
export interface Encoded {
  readonly main: Uint8Array
  readonly segments: readonly ArrayBufferView[]
  readonly size: number
}

const noBuffers: Table = new SafeMap()

/**
 * Encodes a value for another process of the same Node. Buffers of 32 KiB and more are not copied: `segments` are views of the
 * value's own memory, so it must not change before they are sent.
 * @param root the name of the value in the paths of refusals
 * @throws UnserializableError something in it cannot travel, or it is nested more than 1,000 levels deep
 * @throws RangeError there is no memory for it
 */
export function encode(value: unknown, root = 'result'): Encoded {
  if ((typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol') || value === null)
    return write(value, noBuffers)
  return encodeFaithful(value) ?? encodeCopy(value, root)
}

// Undefined when V8 alone will not do: then encodeCopy() knows how, or why not.
function encodeFaithful(value: unknown): Encoded | undefined {
  try {
    const found = scan(value)
    const table = found.faithful ? planBuffers(found.views, found.buffers) : undefined
    return table && write(value, table)
  } catch (error) {
    if (isOutOfMemory(error)) throw error
    return undefined
  }
}

function encodeCopy(value: unknown, root: string): Encoded {
  const copied = copy(value, root)
  const fields = fieldsOf(copied)
  const whole = [copied.value, fields]
  try {
    const found = scan(whole)
    const table = found.tooDeep ? undefined : planBuffers(found.views, found.buffers)
    if (table) return write(copied.value, table, copied)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error // but for a full stack: the caller's own frames left too little of it
  }
  throw new UnserializableError(copied.deep ?? root, `nested more than ${maxDepth} levels deep`)
}

function fieldsOf({ specials }: Copied): unknown[] {
  const list: unknown[] = []
  for (let i = 0; i < specials.length; i++) list[i] = [specials[i]?.fields, specials[i]?.dropped]
  return list
}

function rowsOf({ specials }: Copied): unknown[] {
  const list: unknown[] = []
  for (let i = 0; i < specials.length; i++) list[i] = specials[i]?.row
  return list
}

// V8 has no code for it.
function isOutOfMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (
    error.message === 'Data cannot be cloned, out of memory.' ||
    (error as { code?: unknown }).code === 'ERR_MEMORY_ALLOCATION_FAILED'
  )
}

type Copied = { readonly specials: readonly Special[]; readonly markers: SafeMap<object, number> }

function write(value: unknown, table: Table, copied?: Copied): Encoded {
  const writer = new Writer()
  writer.begin(table)
  writer.markers = copied?.markers
  const specials = copied && copied.specials.length > 0 ? copied : undefined
  writer.writeValue(specials && rowsOf(specials))
  writer.writeValue(value)
  if (specials) writer.writeValue(fieldsOf(specials))
  return finish(writer.releaseBuffer(), table)
}

function finish(main: Uint8Array, table: Table): Encoded {
  const segments: ArrayBufferView[] = []
  let size = main.byteLength
  table.forEach((entry) => {
    if (!isSegment(entry)) return
    segments[segments.length] = bytesOf(entry.buffer, entry.start, entry.end)
    size += entry.end - entry.start
  })
  return { main, segments, size }
}

/**
 * Decodes what encode() made, in another process that may be hostile. A segment becomes an ArrayBuffer of the value as it is.
 * @throws MalformedError for anything that encode() does not make; nothing else, whatever the bytes
 */
export function decode(main: Uint8Array, segments: readonly ArrayBuffer[] = []): unknown {
  try {
    return read(main, segments)
  } catch (error) {
    if (error instanceof MalformedError) throw error
    throw new MalformedError('not a serialised value', { cause: error })
  }
}

// What this very Node writes: other versions of the format have code paths of their own in V8.
const header = new Writer()
header.writeHeader()
const headerBytes = header.releaseBuffer()

function read(main: Uint8Array, segments: readonly ArrayBuffer[]): unknown {
  if (main[0] !== headerBytes[0] || main[1] !== headerBytes[1]) throw new MalformedError('wrong header')
  const reader = new Reader(main)
  reader.begin(segments)
  const rows: unknown = reader.readValue()
  if (rows !== undefined) reader.specials = makeShells(rows)
  const value: unknown = reader.readValue()
  if (rows !== undefined) fillShells(reader.specials, reader.readValue())
  if (!reader.atEnd()) throw new MalformedError('more bytes than a value')
  return value
}
