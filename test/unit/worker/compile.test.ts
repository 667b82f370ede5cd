import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { compileSource } from '#lib/worker/compile.js'

type Callable = (...args: unknown[]) => unknown
const from = join(import.meta.dirname, 'compile.test.js')

async function compiled(source: string, name = 'fn'): Promise<Callable> {
  return (await compileSource(source, name, from)) as Callable
}

test('an arrow function that calls itself by its name finds itself', async () => {
  const factorial = await compiled('(n) => (n < 2 ? 1 : n * factorial(n - 1))', 'factorial')
  assert.equal(factorial(5), 120)
  assert.equal(factorial.name, 'factorial')
})

test('names that are no identifiers, reserved words, and names of ours do no harm', async () => {
  for (const name of ['two words', 'class', 'await', '', '__name', 'require', 'arguments']) {
    const fn = await compiled('() => typeof require', name)
    assert.equal(fn(), 'function', name)
  }
})

test('the code is strict', async () => {
  const fn = await compiled('function () { return this }')
  assert.equal(fn(), undefined)
  const assigns = await compiled('() => { undeclared = 1 }')
  assert.throws(() => assigns(), ReferenceError)
})

test('require and import() resolve from the file given', async () => {
  const resolved = await compiled("() => require.resolve('./state.test.js')")
  assert.equal(resolved(), join(import.meta.dirname, 'state.test.js'))
  const imported = await compiled("async () => (await import('../contract.js')) && import('./is-not-there.js')")
  await assert.rejects(async () => imported(), { code: 'ERR_MODULE_NOT_FOUND' })
  const builtin = await compiled("async () => (await import('node:path')).sep + require('node:path').sep")
  assert.equal(await builtin(), '//')
})

test('what compilers and test runners put around a function is there', async () => {
  const named = await compiled('() => { const inner = __name(() => 1, "other"); return inner.name }')
  assert.equal(named(), 'other')
  const rewritten = await compiled("async () => (await __vite_ssr_dynamic_import__('node:path')).sep")
  assert.equal(await rewritten(), '/')
})

test('source that ends in a line comment is taken whole', async () => {
  assert.equal((await compiled('() => 7 // seven'))(), 7)
})

test('no warning of an experimental loader is printed', async () => {
  const warnings: unknown[] = []
  const listener = (warning: Error) => warnings.push(warning.message)
  process.on('warning', listener)
  const fn = await compiled("async () => (await import('node:path')).sep")
  await fn()
  await new Promise(setImmediate)
  process.off('warning', listener)
  assert.deepEqual(warnings, [])
})

test('what is no expression is a SyntaxError', async () => {
  await assert.rejects(compiled('return 1'), SyntaxError)
})
