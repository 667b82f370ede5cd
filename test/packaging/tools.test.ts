import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { blocksOf } from '../support/pages.js'
import { type Project, pack, project } from './consumer.js'

const tasks = `export function add(a: number, b: number): number {
  return a + b
}
export function spin(): never {
  for (;;);
}
`

const options = "{ cpuTime: '300ms', wallTime: '20s' }"

describe('a project with other tools', () => {
  let app: Project

  before(() => {
    app = project({ 'package.json': '{ "private": true, "type": "module" }\n', 'tasks.ts': tasks })
    app.install(pack(app.folder), 'vitest@^4', 'tsx@^4')
  })
  after(() => app.remove())

  it('calls it under vitest, functions by source and modules by URL', () => {
    app.write({
      'tasks.mjs': 'export const add = (a, b) => a + b\n',
      'sum.test.ts': `import { expect, test } from 'vitest'
import { limit, limitModule } from 'stint'
const tasks = limitModule<typeof import('./tasks.ts')>(new URL('./tasks.mjs', import.meta.url), ${options})
test('adds in a module', async () => expect(await tasks.add(1, 2)).toBe(3))
test('adds in a function', async () => expect(await limit((a: number, b: number) => a + b, ${options})(1, 2)).toBe(3))
`,
    })
    const ran = app.node('node_modules/vitest/vitest.mjs', 'run', '--reporter=json', '--pool=forks')
    assert.equal(ran.status, 0, ran.stdout + ran.stderr)
    assert.equal(JSON.parse(ran.stdout).numPassedTests, 2)
  })

  it('calls TypeScript modules under tsx', () => {
    app.write({
      'main.ts': `import { limit, limitModule } from 'stint'
const tasks = limitModule<typeof import('./tasks.ts')>(new URL('./tasks.ts', import.meta.url), ${options})
const named = limit((a: number): number => { const twice = (b: number): number => b * 2; return twice(a) }, ${options})
console.log(JSON.stringify([await tasks.add(1, 2), (await tasks.spin.run()).kind, await named(21)]))
await tasks.close()
`,
    })
    const ran = app.node('--import=tsx', 'main.ts')
    assert.equal(ran.status, 0, ran.stderr)
    assert.deepEqual(JSON.parse(ran.stdout), [3, 'CpuTimeout', 42])
  })

  it('runs the vitest example of docs/typescript.md', () => {
    const example = blocksOf('docs/typescript.md').find(({ words }) => words.includes('vitest'))
    app.write({ 'dist/tasks.js': 'export const parse = (text) => text.length\n', 'test/page.test.ts': example?.text ?? '' })
    const ran = app.node('node_modules/vitest/vitest.mjs', 'run', '--reporter=json', '--pool=forks', 'test/page.test.ts')
    assert.equal(ran.status, 0, ran.stdout + ran.stderr)
    assert.equal(JSON.parse(ran.stdout).numPassedTests, 1)
  })
})
