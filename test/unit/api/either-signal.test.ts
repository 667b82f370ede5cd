// One signal out of two.
import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { eitherSignal } from '#lib/api/either-signal.js'

const pair = () => [new AbortController(), new AbortController()] as const

test('it aborts with the first of two that does, for its reason', () => {
  for (const index of [0, 1] as const) {
    const both = pair()
    const { signal } = eitherSignal(both[0].signal, both[1].signal)
    assert.equal(signal.aborted, false)
    both[index].abort('this one')
    both[1 - index]?.abort('too late')
    assert.deepEqual([signal.aborted, signal.reason], [true, 'this one'])
  }
})

test('where one has aborted before, it has aborted; where both have, the first tells why', () => {
  const [own, life] = pair()
  life.abort('closed')
  assert.equal(eitherSignal(own.signal, life.signal).signal.reason, 'closed')
  own.abort('unwanted')
  assert.equal(eitherSignal(own.signal, life.signal).signal.reason, 'unwanted')
})

test('once released it leaves nothing in the two, and follows them no more', () => {
  const [own, life] = pair()
  const { signal, release } = eitherSignal(own.signal, life.signal)
  release()
  assert.deepEqual(
    [own, life].flatMap((each) => getEventListeners(each.signal, 'abort')),
    [],
  )
  life.abort()
  assert.equal(signal.aborted, false)
})

test('a signal that outlives 20,000 others grows by nothing that is seen after a collection', async () => {
  const { setFlagsFromString } = await import('node:v8')
  const { runInNewContext } = await import('node:vm')
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const [, life] = pair()
  const used = async () => {
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => setImmediate(resolve))
      collect()
    }
    return process.memoryUsage().heapUsed
  }
  const many = () => {
    for (let i = 0; i < 20_000; i++) eitherSignal(new AbortController().signal, life.signal).release()
  }
  many()
  const before = await used()
  many()
  const grown = (await used()) - before
  assert.ok(grown < 300_000, `${grown} bytes`)
})
