import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { watchUse } from '#lib/worker/watch-use.js'

function watched() {
  const controller = new AbortController()
  let uses = 0
  watchUse(controller.signal, () => uses++)
  return { controller, signal: controller.signal, uses: () => uses }
}

const looks: Record<string, (signal: AbortSignal) => unknown> = {
  aborted: (signal) => signal.aborted,
  reason: (signal) => signal.reason,
  throwIfAborted: (signal) => signal.throwIfAborted(),
  addEventListener: (signal) => signal.addEventListener('abort', () => undefined),
  onabort: (signal) => {
    signal.onabort = () => undefined
  },
  'AbortSignal.any': (signal) => AbortSignal.any([signal, new AbortController().signal]),
}

for (const [name, look] of Object.entries(looks)) {
  test(`${name} of the signal counts as listening, once`, () => {
    const { signal, uses } = watched()
    assert.equal(uses(), 0)
    look(signal)
    look(signal)
    assert.equal(uses(), 1)
  })
}

test('holding the signal is not listening', () => {
  const { signal, uses } = watched()
  assert.ok([signal].includes(signal) && signal instanceof AbortSignal && typeof signal === 'object')
  assert.equal(uses(), 0)
})

test('a watched signal aborts like any other', () => {
  const { controller, signal } = watched()
  const heard: unknown[] = []
  signal.onabort = () => heard.push('onabort')
  signal.addEventListener('abort', () => heard.push(signal.reason))
  const both = AbortSignal.any([signal])
  controller.abort('enough')
  assert.deepEqual(heard, ['onabort', 'enough'])
  assert.deepEqual([signal.aborted, both.aborted, both.reason], [true, true, 'enough'])
  assert.throws(
    () => signal.throwIfAborted(),
    (thrown) => thrown === 'enough',
  )
  assert.equal(getEventListeners(signal, 'abort').length, 2)
})

test('AbortSignal.any of other signals is no listening, of an iterator is; then it is Node`s own again', () => {
  const { any } = AbortSignal
  const { signal } = new AbortController()
  let used = 0
  watchUse(signal, () => used++)
  const other = new AbortController()
  assert.equal(AbortSignal.any(new Set([other.signal]) as never).aborted, false)
  assert.throws(() => AbortSignal.any(undefined as never), TypeError)
  assert.equal(used, 0)
  const both = AbortSignal.any([signal, other.signal].values() as never)
  assert.deepEqual([used, AbortSignal.any === any], [1, true])
  other.abort()
  assert.equal(both.aborted, true)
})
