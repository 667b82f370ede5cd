import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAllocationError } from '#lib/worker/allocation-error.js'

test('errors of refused allocations are known by class and code', () => {
  assert.ok(isAllocationError(new RangeError('anything')))
  assert.ok(isAllocationError(Object.assign(new Error('no matter'), { code: 'ERR_MEMORY_ALLOCATION_FAILED' })))
  assert.ok(isAllocationError({ code: 'ENOMEM' }))
})

test('a text alone makes no allocation error', () => {
  for (const value of [new Error('Array buffer allocation failed'), new Error('ENOMEM'), 'out of memory', null, undefined, 7]) {
    assert.equal(isAllocationError(value), false)
  }
})

test('a getter that throws is no allocation error, and no error of ours', () => {
  const hostile = Object.defineProperty({}, 'code', {
    get() {
      throw new Error('mine')
    },
  })
  assert.equal(isAllocationError(hostile), false)
})
