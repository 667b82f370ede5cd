// One listener in a signal for all who follow it.
import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { whenAborted } from '#lib/when-aborted.js'

const listeners = ({ signal }: AbortController) => getEventListeners(signal, 'abort').length

test('all who follow a signal are told, once, in the order in which they came', () => {
  const controller = new AbortController()
  const told: number[] = []
  for (let number = 0; number < 20; number++) whenAborted(controller.signal, () => told.push(number))
  assert.equal(listeners(controller), 1)
  controller.abort()
  controller.abort()
  assert.deepEqual(told, [...Array(20).keys()])
})

test('who takes it back is not told, also while the others are', () => {
  const controller = new AbortController()
  const told: string[] = []
  whenAborted(controller.signal, () => {
    told.push('first')
    notThird()
  })
  const notSecond = whenAborted(controller.signal, () => told.push('second'))
  const notThird = whenAborted(controller.signal, () => told.push('third'))
  notSecond()
  notSecond()
  controller.abort()
  assert.deepEqual(told, ['first'])
})

test('the last who takes it back leaves nothing in the signal, and others may follow it then', () => {
  const controller = new AbortController()
  const act = () => assert.fail('it was taken back')
  const both = [whenAborted(controller.signal, act), whenAborted(controller.signal, act)]
  for (const takeBack of both) takeBack()
  assert.equal(listeners(controller), 0)
  let told = false
  whenAborted(controller.signal, () => {
    told = true
  })
  for (const takeBack of both) takeBack()
  controller.abort()
  assert.equal(told, true)
})

test('a signal that has aborted before tells nobody', () => {
  whenAborted(AbortSignal.abort(), () => assert.fail('too late'))()
  whenAborted(undefined, () => assert.fail('no signal'))()
})
