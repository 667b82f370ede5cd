import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isWorker, limitSignal, onLimit, report } from 'stint/worker'

test('outside of a worker nothing happens', () => {
  const handler = () => assert.fail('called')
  const off = onLimit(handler)
  assert.equal(isWorker, false)
  assert.equal(limitSignal.aborted, false)
  assert.equal(report({ progress: 1 }), undefined)
  off()
})
