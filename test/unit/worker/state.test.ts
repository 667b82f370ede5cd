import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitErrors, MemorylimitError, TimeoutError } from '#lib/errors.js'
import type { NativeWorker } from '#lib/native.js'
import { Listeners } from '#lib/worker/state.js'

const unset = -1
const limits = {
  memory: 1_000_000,
  addressSpace: unset,
  cpuNs: unset,
  wallNs: 250e6,
  processes: unset,
  graceNs: 1e9,
  fileSize: unset,
  openFiles: unset,
  stack: unset,
  coreSize: unset,
}
const wall = 1
const heap = 4

function listeners() {
  const told: boolean[] = []
  const state = new Listeners()
  state.useErrors(limitErrors)
  state.attach({ listening: (on: boolean) => told.push(on) } as unknown as NativeWorker)
  return { state, told }
}

test('the keeper is told of the first listener and of the last one`s end', () => {
  const { state, told } = listeners()
  const first = state.onLimit(() => undefined)
  const second = state.onLimit(() => undefined)
  assert.deepEqual(told, [true])
  first()
  first()
  assert.deepEqual(told, [true])
  second()
  assert.deepEqual(told, [true, false])
})

test('a look at the signal lasts', () => {
  const { state, told } = listeners()
  const { limitSignal } = state
  assert.deepEqual(told, [])
  assert.equal(limitSignal.aborted, false)
  state.onLimit(() => undefined)()
  assert.deepEqual(told, [true])
})

test('who listens before the keeper is there is told of then', () => {
  const state = new Listeners()
  state.onLimit(() => undefined)
  const told: boolean[] = []
  state.attach({ listening: (on: boolean) => told.push(on) } as unknown as NativeWorker)
  assert.deepEqual(told, [true])
})

test('signal and handlers get one and the same error, of the limit`s class, with the limit in force', async () => {
  const { state } = listeners()
  const heard: unknown[] = []
  state.onLimit((error) => void heard.push(error))
  await state.stop(wall, limits)
  assert.ok(heard[0] instanceof TimeoutError)
  assert.match((heard[0] as Error).message, /wallTime \(250 ms\)/)
  assert.deepEqual([state.limitSignal.aborted, state.limitSignal.reason === heard[0]], [true, true])
})

test('a signal that was there aborts with the error', async () => {
  const { state } = listeners()
  const { limitSignal } = state
  await state.stop(heap, limits)
  assert.ok(limitSignal.aborted && limitSignal.reason instanceof MemorylimitError)
})

test('what handlers throw or reject with changes nothing', async () => {
  const { state } = listeners()
  const heard: string[] = []
  state.onLimit(() => {
    throw new Error('thrown')
  })
  state.onLimit(() => Promise.reject(new Error('rejected')))
  state.onLimit(() => void heard.push('third'))
  await state.stop(wall, limits)
  assert.deepEqual(heard, ['third'])
})

test('a handler that comes after the stop is called at once; a second stop is none', async () => {
  const { state } = listeners()
  await state.stop(wall, limits)
  const heard: string[] = []
  state.onLimit(({ kind }) => void heard.push(kind))
  await state.stop(heap, limits)
  assert.deepEqual(heard, ['Timeout'])
})

test('the same function registered twice is called twice', async () => {
  const { state } = listeners()
  let calls = 0
  const handler = () => void calls++
  state.onLimit(handler)
  state.onLimit(handler)
  await state.stop(wall, limits)
  assert.equal(calls, 2)
})
