// Values between processes: structured clones (node:v8) that also carry errors and URLs in full, keep large buffers out of band,
// and say by path what cannot travel. The contract is DESIGN section 4, "What travels"; docs/typescript.md has the table.
//
// encode: scan() finds out, cheaply, whether V8 alone would be faithful, which is nearly always so. Otherwise copy() makes a copy
// in which it is, or names the path. decode: the sender may be hostile; every length, index and type is checked.

import { bytesOf, isSegment, planBuffers, type Table } from './buffers.js'
import { copy, type Special } from './copy.js'
import { droppedFields, emptyError, MalformedError, setDropped, setField, UnserializableError } from './errors.js'
import { isArray, SafeMap } from './intrinsics.js'
import { maxDepth, scan } from './scan.js'
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
  const whole = [copied.value, copied.specials.map(({ fields }) => fields)]
  try {
    const found = scan(whole)
    const table = found.tooDeep ? undefined : planBuffers(found.views, found.buffers)
    if (table) return write(copied.value, table, copied)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error // but for a full stack: the caller's own frames left too little of it
  }
  throw new UnserializableError(root, `nested more than ${maxDepth} levels deep`)
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
  const rows = copied && copied.specials.length > 0 ? copied.specials.map(({ row }) => row) : undefined
  writer.writeValue(rows)
  writer.writeValue(value)
  if (rows) writer.writeValue(copied?.specials.map(({ fields, dropped }) => [fields, dropped]))
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
const [headerMark, headerVersion] = header.releaseBuffer()

function read(main: Uint8Array, segments: readonly ArrayBuffer[]): unknown {
  if (main[0] !== headerMark || main[1] !== headerVersion) throw new MalformedError('wrong header')
  const reader = new Reader(main)
  reader.begin(segments)
  const rows: unknown = reader.readValue()
  if (rows !== undefined) reader.specials = shellsOf(rows)
  const value: unknown = reader.readValue()
  if (rows !== undefined) fill(reader.specials, reader.readValue())
  if (!reader.atEnd()) throw new MalformedError('more bytes than a value')
  return value
}

function shellsOf(rows: unknown): readonly object[] {
  if (!isArray(rows)) throw new MalformedError('bad specials')
  const shells: object[] = []
  for (let i = 0; i < rows.length; i++) shells[i] = shellOf(rows[i])
  return shells
}

function shellOf(row: unknown): object {
  if (!isArray(row)) throw new MalformedError('bad special')
  const [form, first, second] = row as unknown[]
  if (form === 'url' && typeof first === 'string') return new URL(first)
  if (typeof first !== 'string' || typeof second !== 'string') throw new MalformedError('bad special')
  if (form === 'error') return emptyError(first, second)
  if (form === 'exception') return new DOMException(first, second)
  throw new MalformedError('unknown special')
}

function fill(shells: readonly object[], list: unknown): void {
  if (!isArray(list) || list.length !== shells.length) throw new MalformedError('bad fields')
  for (let i = 0; i < shells.length; i++) {
    const [fields, dropped] = (isArray(list[i]) ? list[i] : []) as unknown[]
    if (!isArray(fields) || fields.length % 3 !== 0 || !isArray(dropped)) throw new MalformedError('bad fields')
    fillOne(shells[i] as object, fields)
    if (dropped.length > 0) setDropped(shells[i] as object, dropped as string[])
  }
}

function fillOne(shell: object, fields: readonly unknown[]): void {
  for (let i = 0; i < fields.length; i += 3) {
    const key = fields[i]
    if (typeof key !== 'string') throw new MalformedError('bad field')
    setField(shell, { key, value: fields[i + 1], enumerable: fields[i + 2] === true })
  }
}
