// The way through the channel: encoded here, and decoded from copies of the bytes, as the other process has them.
import { decode, encode } from '#lib/transport/index.js'

export function segmentsOf(segments: readonly ArrayBufferView[]): ArrayBuffer[] {
  return segments.map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength).slice().buffer as ArrayBuffer,
  )
}

export function trip<T>(value: T): T {
  const { main, segments } = encode(value)
  return decode(Buffer.from(main), segmentsOf(segments)) as T
}
