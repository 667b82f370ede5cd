// V8's serialiser and deserialiser with what they leave to us: views and buffers, and the markers of specials.
//
// main = V8's header; number of carried buffers; per buffer its form, length and, when inline, its bytes; V8 value: a list of the
// specials' rows, or undefined; V8 value: the value; with rows, V8 value: the specials' fields. All share one table of objects, so
// identity and cycles hold across them. Out-of-band buffers are the segments, in order.
import { Deserializer, Serializer } from 'node:v8'
import { bytesOf, type Carried, extentOf, isSegment, makeView, type Table, viewKind } from './buffers.js'
import { MalformedError } from './errors.js'
import { isSafeInteger, isView, type SafeMap, seal, setBytes } from './intrinsics.js'

const special = 0
const carried = 1
const loose = 2
const inlineForm = 0
const resizableForm = 1
const segmentForm = 2

type ResizableBuffer = new (length: number, options?: { maxByteLength: number }) => ArrayBuffer
const NewBuffer = ArrayBuffer as ResizableBuffer

declare module 'node:v8' {
  // Not in the types of Node 20: makes _writeHostObject see views.
  interface Serializer {
    _setTreatArrayBufferViewsAsHostObjects(on: boolean): void
  }
}

/** Thrown inside V8's serialiser for an object of Node's that has a native side (a MessagePort, a handle). */
export class HostObjectError extends Error {}

export class Writer extends Serializer {
  table: Table | undefined
  markers: SafeMap<object, number> | undefined

  // biome-ignore lint/complexity/noUselessConstructor: the default one goes through the array iterator, which a job can change
  constructor() {
    super()
  }

  /** Starts `main`: header and carried buffers. */
  begin(table: Table): void {
    this._setTreatArrayBufferViewsAsHostObjects(true)
    this.table = table
    this.writeHeader()
    this.writeUint32(table.size)
    table.forEach((entry) => {
      this.#writeCarried(entry)
    })
  }

  #writeCarried(entry: Carried): void {
    const { buffer, id, start, end, maxLength } = entry
    this.transferArrayBuffer(id, buffer)
    const segment = isSegment(entry)
    this.writeUint32(segment ? segmentForm : maxLength < 0 ? inlineForm : resizableForm)
    this.writeDouble(end - start)
    if (segment) return
    if (maxLength >= 0) this.writeDouble(maxLength)
    this.writeRawBytes(bytesOf(buffer, start, end))
  }

  /** Called by V8 for views, and for objects with a native side. */
  _writeHostObject(object: object): void {
    const marker = this.markers?.get(object)
    if (marker !== undefined) {
      this.writeUint32(special)
      this.writeUint32(marker)
    } else if (isView(object)) this.#writeView(object)
    else throw new HostObjectError()
  }

  #writeView(view: ArrayBufferView): void {
    const { buffer, start, end } = extentOf(view)
    const entry = this.table?.get(buffer)
    const within = entry && start >= entry.start && end <= entry.end
    this.writeUint32(within ? carried : loose)
    this.writeUint32(viewKind(view))
    if (within) this.writeUint32(entry.id)
    this.writeDouble(within ? start - entry.start : end - start)
    if (within) this.writeDouble(end - start)
    else this.writeRawBytes(bytesOf(buffer, start, end))
  }
}
seal(Writer)

export class Reader extends Deserializer {
  readonly #main: Uint8Array
  readonly #buffers: ArrayBuffer[] = []
  specials: readonly object[] = []

  constructor(main: Uint8Array) {
    super(main)
    this.#main = main
  }

  /** Reads header and carried buffers. */
  begin(segments: readonly ArrayBuffer[]): void {
    this.readHeader()
    const count = this.readUint32()
    let used = 0
    for (let id = 0; id < count; id++) {
      const form = this.readUint32()
      const length = this.#length()
      const buffer = form === segmentForm ? segments[used++] : this.#inline(form, length)
      if (!buffer || buffer.byteLength !== length) throw new MalformedError('wrong segment')
      this.#buffers[id] = buffer
      this.transferArrayBuffer(id, buffer)
    }
    if (used !== segments.length) throw new MalformedError('too many segments')
  }

  #length(): number {
    const length = this.readDouble()
    if (!isSafeInteger(length) || length < 0) throw new MalformedError('bad length')
    return length
  }

  #inline(form: number, length: number): ArrayBuffer {
    if (form !== inlineForm && form !== resizableForm) throw new MalformedError('unknown form of buffer')
    const maxByteLength = form === resizableForm ? this.#length() : length
    const bytes = this.#bytes(length)
    if (maxByteLength < length) throw new MalformedError('bad maxByteLength')
    const buffer = form === resizableForm ? new NewBuffer(length, { maxByteLength }) : new NewBuffer(length)
    setBytes(bytesOf(buffer, 0, length), bytes)
    return buffer
  }

  #bytes(length: number): Uint8Array {
    if (length > this.#main.byteLength) throw new MalformedError('bad length') // before V8 narrows the number
    return this.readRawBytes(length)
  }

  /** Called by V8 in place of what _writeHostObject wrote. */
  _readHostObject(): object {
    const form = this.readUint32()
    if (form === special) return this.#existing(this.specials[this.readUint32()])
    if (form === carried) return this.#carriedView()
    if (form !== loose) throw new MalformedError('unknown form of view')
    const kind = this.readUint32()
    const bytes = this.#bytes(this.#length())
    const buffer = new NewBuffer(bytes.byteLength)
    setBytes(bytesOf(buffer, 0, bytes.byteLength), bytes)
    return this.#existing(makeView(kind, buffer, { start: 0, bytes: bytes.byteLength }))
  }

  #carriedView(): object {
    const kind = this.readUint32()
    const buffer = this.#existing(this.#buffers[this.readUint32()]) as ArrayBuffer
    const start = this.#length()
    return this.#existing(makeView(kind, buffer, { start, bytes: this.#length() }))
  }

  #existing(object: object | undefined): object {
    if (!object) throw new MalformedError('refers to something that is not there')
    return object
  }

  /** True when every byte has been read. */
  atEnd(): boolean {
    return this.readRawBytes(0).byteOffset - this.#main.byteOffset === this.#main.byteLength
  }
}
seal(Reader)
