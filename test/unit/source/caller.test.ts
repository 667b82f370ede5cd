import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runInThisContext } from 'node:vm'
import { callerFile } from '#lib/source/index.js'

const here = fileURLToPath(import.meta.url)

test("the caller's file is found through file: URLs", () => assert.equal(callerFile(), here))

test('frames of Node are skipped', () => assert.equal([0].map(() => callerFile())[0], here))

test('a file is found that the loader gave a query', () => {
  const run = runInThisContext('(find) => find()', { filename: 'file:///somewhere/a%20b.ts?version=1' }) as (
    find: () => string,
  ) => string
  assert.equal(
    run(() => callerFile.call(undefined)),
    here,
  )
  const direct = runInThisContext('(find) => [find].map((f) => f())[0]', { filename: '/plain/path.cjs' }) as (
    find: () => string,
  ) => string
  assert.equal(direct(callerFile), '/plain/path.cjs')
  const named = runInThisContext('(find) => { const found = find(); return found }', {
    filename: 'file:///somewhere/a%20b.ts?version=1',
  })
  assert.equal((named as (find: () => string) => string)(callerFile), '/somewhere/a b.ts')
})

test('code without a file counts as one in the working directory', () => {
  const url = import.meta.resolve('#lib/source/index.js')
  const script = `import(${JSON.stringify(url)}).then(({ callerFile }) => console.log(callerFile()))`
  const printed = execFileSync(process.execPath, ['-e', script], { cwd: '/', encoding: 'utf8', timeout: 20_000 })
  assert.equal(printed.trim(), '/[eval]')
})

test("the user's stack settings are as they were", () => {
  const before = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')
  const { stackTraceLimit } = Error
  callerFile()
  assert.deepEqual(Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace'), before)
  assert.equal(Error.stackTraceLimit, stackTraceLimit)
})
