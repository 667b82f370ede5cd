import assert from 'node:assert/strict'
import { test } from 'node:test'
import { returned } from '../support/outcomes.js'
import { ending } from '../support/poll.js'
import { behaviours } from '../support/suite.js'

type Values = typeof import('../fixtures/values.js')

behaviours('values', ({ limit, tasks, isolation }) => {
  test('a source function gets its arguments and gives back its value', async () => {
    const add = limit((a: number, b: number) => a + b)
    assert.equal(await ending(add(2, 3)), 5)
    const outcome = await ending(add.run(20, 22))
    assert.equal(returned(outcome), 42)
    assert.deepEqual([outcome.kind, outcome.reason, outcome.certainty], ['Ok', 'returned', 'certain'])
    assert.equal(outcome.isolation, isolation)
  })

  test('a source function may await, import and require', async () => {
    const look = limit(async (name: string) => {
      const path = await import('node:path')
      const { sep } = require('node:path') as typeof import('node:path')
      return path.join(sep, name)
    })
    assert.equal(await ending(look('a')), '/a')
  })

  test('every exported function of a module is limited, and what is no function is told by the first call', async () => {
    const values = tasks<Values>('values')
    assert.equal(await ending(values.add(1, 2)), 3)
    assert.equal(await ending(values.later('in time')), 'in time')
    const wrong = values as unknown as { notAFunction(): Promise<unknown> }
    await assert.rejects(ending(wrong.notAFunction()), /notAFunction/)
  })

  test('each call runs in a process of its own, which is not the host', async () => {
    const values = tasks<Values>('values', { concurrency: 2 })
    const [first, second, third] = await ending(Promise.all([values.pid(), values.pid(), values.pid()]))
    assert.equal(new Set([first, second, third, process.pid]).size, 4)
    const counts = await ending(Promise.all([values.countCalls(), values.countCalls(), values.countCalls()]))
    assert.deepEqual(counts, [1, 1, 1])
  })

  const plain: [string, unknown][] = [
    ['undefined', undefined],
    ['null', null],
    ['NaN', Number.NaN],
    ['a bigint', 12345678901234567890n],
    ['a date', new Date(86_400_000)],
    ['a map of sets', new Map([['a', new Set([1, 'two'])]])],
    ['a regular expression', /a+b/giu],
    ['a typed array', new Float64Array([1.5, -0, Number.POSITIVE_INFINITY])],
    ['a sparse array', Object.assign(new Array(3), { 2: 'last' })],
    ['unicode', 'zażółć 🎉 \u0000 \ud800'],
    ['nested objects', { a: { b: [{ c: null }] } }],
  ]
  test('plain values travel there and back unchanged', async () => {
    const { echo } = tasks<Values>('values')
    for (const [what, value] of plain) assert.deepEqual(await ending(echo(value)), value, what)
    const shared = { same: true }
    const [left, right] = (await ending(echo([shared, shared]))) as [object, object]
    assert.equal(left, right, 'one object that is named twice stays one object')
  })

  test('buffers of every size around the inline limit of 64 KiB travel there and back', async () => {
    const { echo, bytes } = tasks<Values>('values')
    for (const length of [0, 1, 65_535, 65_536, 65_537, 1_000_000]) {
      assert.deepEqual(await ending(bytes(length)), Buffer.alloc(length, 7), `${length} bytes back`)
      assert.deepEqual(await ending(echo(Buffer.alloc(length, 9))), Buffer.alloc(length, 9), `${length} bytes there and back`)
    }
  })

  test('a text of 20 MB travels back whole', async () => {
    const text = await ending(tasks<Values>('values').text(20_000_000))
    assert.equal(text.length, 20_000_000)
    assert.match(text.slice(-100), /^x+$/)
  })

  test('errors and URLs inside values travel in full', async () => {
    const values = tasks<Values>('values')
    const { url } = (await ending(values.withUrl())) as { url: URL }
    assert.ok(url instanceof URL)
    assert.equal(url.href, 'http://localhost:1/a?b')
    const { error } = (await ending(values.withErrorInside())) as { error: Error }
    assert.ok(error instanceof RangeError)
    assert.equal(error.message, 'inside')
    assert.ok(error.cause instanceof TypeError)
  })

  test('an instance of a class arrives as a plain object', async () => {
    assert.deepEqual(await ending(tasks<Values>('values').instance()), { x: 3 })
  })

  test('a value over resultSize is too large, one just under it is not', async () => {
    const { bytes } = tasks<Values>('values', { resultSize: '1MB' })
    assert.equal(returned(await ending(bytes.run(990_000))).length, 990_000)
    const outcome = await ending(bytes.run(1_100_000))
    assert.deepEqual([outcome.kind, outcome.reason], ['Anything', 'too-large'])
  })

  const unserializable = [
    ['withFunctionInside', /result\.items\[1\]\.callback/],
    ['withSymbol', /result\.deep\[0\]/],
    ['withHeaders', /result\.deep\.headers/],
  ] as const
  test('what cannot travel is told with its path', async () => {
    const values = tasks<Values>('values')
    for (const [name, path] of unserializable) {
      const outcome = await ending(values[name].run())
      assert.deepEqual([outcome.kind, outcome.reason], ['Anything', 'unserializable'], name)
      assert.match('error' in outcome ? outcome.error.message : '', path)
    }
  })

  test('an argument that cannot travel is told with its path, and no job starts', async () => {
    const { echo } = tasks<Values>('values')
    const outcome = await ending(echo.run({ callback: () => 0 }))
    assert.deepEqual([outcome.kind, outcome.reason, outcome.wallTime], ['Anything', 'unserializable', 0])
    await assert.rejects(ending(echo({ callback: () => 0 })), /callback/)
  })
})
