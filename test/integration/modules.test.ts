// What needs the module is told by ready() and by each call, before a job starts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitModule, StintError } from 'stint'
import { ending } from '../support/poll.js'
import { ours } from '../support/processes.js'
import { behaviours, closing } from '../support/suite.js'

type Refused = StintError & { readonly cause?: unknown }
type Wild = Record<string, { run(...args: unknown[]): Promise<unknown>; ready(): Promise<void> }> & {
  ready(): Promise<void>
  close(): Promise<void>
}

const refusal =
  (message: RegExp, check: (error: Refused) => boolean = () => true) =>
  (error: Refused) => {
    assert.ok(error instanceof StintError, String(error))
    assert.match(error.code, /^ERR_STINT_/)
    assert.match(error.message, message)
    return check(error)
  }

behaviours('modules', ({ tasks }) => {
  test('a module that cannot be imported is told with its own error as cause', async () => {
    const module = tasks<typeof import('../fixtures/unloadable.js')>('unloadable')
    const told = refusal(/./, ({ cause }) => cause instanceof ReferenceError && /cannot be imported/.test(cause.message))
    await assert.rejects(ending(module.ready()), told)
    await assert.rejects(ending(module.never.run()), told)
    await assert.rejects(ending(module.never()), told)
    assert.equal(module.never.stats.completed, 0)
  })

  test('a module that is not there is told', async () => {
    const module = tasks<typeof import('../fixtures/values.js')>('no-such-module')
    await assert.rejects(
      ending(module.ready()),
      refusal(/./, ({ cause }) => (cause as { code?: string }).code === 'ERR_MODULE_NOT_FOUND'),
    )
    await assert.rejects(ending(module.add.run(1, 2)), refusal(/./))
    assert.equal(module.add.stats.completed, 0)
  })

  test('a missing export is told with the nearest name', async () => {
    const module = tasks<object>('values') as unknown as Wild
    await assert.rejects(ending((module.addd as Wild[string]).run(1, 2)), refusal(/add\b/))
    await assert.rejects(ending((module.addd as Wild[string]).ready()), refusal(/add\b/))
  })

  test('an export that is no function is told', async () => {
    const module = tasks<object>('values') as unknown as Wild
    await assert.rejects(ending((module.notAFunction as Wild[string]).run()), refusal(/notAFunction/))
    await assert.rejects(ending((module.notAFunction as Wild[string]).ready()), refusal(/notAFunction/))
  })

  test('exports with reserved names are refused by name', async () => {
    const module = tasks<typeof import('../fixtures/reserved.js')>('reserved')
    await assert.rejects(ending(module.ready()), refusal(/'?ready'?/))
  })

  test('a module is no promise: awaiting it gives it back', async () => {
    const module = tasks<typeof import('../fixtures/values.js')>('values')
    assert.equal(await module, module)
  })

  test('a path is as good as a URL', async () => {
    const path = new URL('../fixtures/values.js', import.meta.url).pathname
    const module = closing(limitModule<typeof import('../fixtures/values.js')>(path))
    assert.equal(await ending(module.add(2, 2)), 4)
  })

  test('what is no file is refused before any process starts', () => {
    const before = ours().length
    for (const wrong of ['relative/path.js', '', 5, undefined]) {
      assert.throws(() => limitModule(wrong as string), StintError, String(wrong))
    }
    assert.equal(ours().length, before)
  })

  test('a CommonJS module is limited, too', async () => {
    const module = closing(limitModule<{ double(n: number): number }>(new URL('../../test/fixtures/plain.cjs', import.meta.url)))
    assert.equal(await ending(module.double(21)), 42)
  })

  test('a module may limit its own exports', async () => {
    const nesting = tasks<typeof import('../fixtures/nesting.js')>('nesting', { wallTime: '25s' })
    const inner = await ending(nesting.innerCall('sleep', 1, { wallTime: '5s' }))
    assert.equal(inner.kind, 'Ok')
  })
})
