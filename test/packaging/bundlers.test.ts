// Every bundler of docs/bundlers.md, with the page's own configuration.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { blocksOf, wordOf } from '../support/pages.js'
import { type Project, pack, project } from './consumer.js'

const blocks = blocksOf('docs/bundlers.md')
const textOf = (bundler: string, language: string): string => {
  const found = blocks.find((block) => block.language === language && wordOf(block, 'bundler') === bundler)
  if (found === undefined) throw new Error(`docs/bundlers.md has no ${language} for ${bundler}`)
  return found.text
}

const add = (types: string) => `export const add = (a${types}, b${types})${types} => a + b\n`
const main = (tasks: string) =>
  `import { limitModule } from 'stint'\n${tasks}console.log(await tasks.add(1, 2))\nawait tasks.close()\n`
const untyped = "const tasks = limitModule(new URL('./tasks.js', import.meta.url), { cpuTime: '1s' })\n"

interface Bundler {
  /** What makes the bundle, given to node. */
  readonly command: readonly string[]
  readonly made: string
}

const bundlers: Readonly<Record<string, Bundler>> = {
  esbuild: {
    command: textOf('esbuild', 'sh').trim().replace('esbuild', 'node_modules/esbuild/bin/esbuild').split(' '),
    made: 'bundle/main.js',
  },
  rollup: { command: ['node_modules/rollup/dist/bin/rollup', '--config', 'rollup.config.mjs'], made: 'bundle/main.js' },
  vite: { command: ['node_modules/vite/bin/vite.js', 'build'], made: 'dist/main.js' },
  webpack: { command: ['webpack.mjs'], made: 'dist/main.js' },
}

describe('a bundle made as docs/bundlers.md says', () => {
  let app: Project

  before(() => {
    app = project({
      'package.json': '{ "private": true, "type": "module" }\n',
      'source/tasks.ts': add(': number'),
      'source/tasks.js': add(''),
      'source/main.ts': main(textOf('esbuild', 'ts')),
      'source/main.js': main(untyped),
      'webpack.mjs': `import webpack from 'webpack'
import config from './webpack.config.mjs'
webpack({ ...config, mode: 'production' }, (error, stats) => {
  if (error || stats.hasErrors()) throw error ?? new Error(stats.toString())
})
`,
    })
    for (const name of ['rollup', 'vite', 'webpack']) app.write({ [`${name}.config.mjs`]: textOf(name, 'js') })
    app.install(pack(app.folder), 'esbuild@^0.28', 'rollup@^4', 'vite@^7', 'webpack@^5')
  })
  after(() => app.remove())

  for (const [name, { command, made }] of Object.entries(bundlers)) {
    it(`by ${name} calls its tasks`, () => {
      for (const folder of ['bundle', 'dist']) rmSync(join(app.folder, folder), { recursive: true, force: true })
      const built = app.node(...command)
      assert.equal(built.status, 0, built.stdout + built.stderr)
      const ran = app.node(made)
      assert.equal(ran.status, 0, ran.stderr)
      assert.equal(ran.stdout, '3\n')
    })
  }

  it('has an example for every bundler that the page configures', () => {
    const named = blocks.flatMap((block) => wordOf(block, 'bundler') || [])
    assert.deepEqual([...new Set(named)].sort(), Object.keys(bundlers).sort())
  })
})
