import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decode, encode } from '#lib/transport/index.js'
import { segmentsOf, trip } from './trip.js'

const large = 64 * 1024

test('a large buffer goes out of band without being copied', () => {
  const bytes = Buffer.alloc(large, 1)
  const { main, segments } = encode({ bytes })
  assert.ok(segments[0]?.buffer === bytes.buffer) // not equal(): its message would print both
  assert.ok(main.byteLength < 100)
})

test('a segment becomes the memory of the value as it is', () => {
  const { main, segments } = encode(new Uint8Array(large).fill(7))
  const [segment] = segmentsOf(segments)
  const arrived = decode(main, [segment as ArrayBuffer]) as Uint8Array
  assert.equal(arrived.buffer, segment)
})

test('a view of a large buffer takes along only what it covers', () => {
  const big = new ArrayBuffer(10 * large)
  assert.equal(encode(new Uint8Array(big, 80, 100)).size < 200, true)
  const { segments } = encode(new Uint8Array(big, 80, large))
  assert.equal(segments[0]?.byteLength, large)
})

for (const size of [1000, large]) {
  test(`views of one buffer of ${size} bytes keep sharing it`, () => {
    const buffer = new ArrayBuffer(size)
    const value = {
      head: new DataView(buffer, 16, 8),
      body: new Float64Array(buffer, 24, 10),
      odd: new Uint8Array(buffer, 13, 5),
    }
    value.body.fill(2.5)
    const arrived = trip(value)
    assert.deepStrictEqual(arrived.body, value.body)
    assert.equal(arrived.head.buffer, arrived.body.buffer)
    new Uint8Array(arrived.odd.buffer).fill(9)
    assert.deepEqual([...arrived.odd], [9, 9, 9, 9, 9])
  })

  test(`an ArrayBuffer of ${size} bytes travels whole beside views of it`, () => {
    const buffer = new ArrayBuffer(size)
    const value = { view: new Uint8Array(buffer, 10, 20), buffer }
    const arrived = trip(value)
    assert.equal(arrived.view.buffer, arrived.buffer)
    assert.deepEqual([arrived.buffer.byteLength, arrived.view.byteOffset, arrived.view.byteLength], [size, 10, 20])
  })
}

test('Buffers of the pool take nothing of their neighbours along', () => {
  const secret = Buffer.from('the secret next door')
  const value = [Buffer.from('one'), Buffer.from('two')]
  const { main } = encode([...value, secret.subarray(0, 3)])
  assert.equal(Buffer.from(main).includes('secret next'), false)
  assert.deepStrictEqual(trip(value), value)
})

test('a resizable buffer keeps its room to grow when it travels itself', () => {
  type Resizable = ArrayBuffer & { resizable: boolean; maxByteLength: number }
  const New = ArrayBuffer as unknown as new (length: number, options: { maxByteLength: number }) => Resizable
  for (const length of [16, large]) {
    const arrived = trip(new New(length, { maxByteLength: 2 * large }))
    assert.deepEqual([arrived.byteLength, arrived.resizable, arrived.maxByteLength], [length, true, 2 * large])
  }
})

test('a typed array of a subclass arrives as the built-in kind, whatever its properties say', () => {
  class Mine extends Uint16Array {
    override get byteLength() {
      return 1e9
    }
  }
  const arrived = trip(new Mine([1, 2]))
  assert.deepStrictEqual(arrived, new Uint16Array([1, 2]))
})
