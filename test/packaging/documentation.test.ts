import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Project, project, root } from './consumer.js'
import { linksOf, type Page, readPage } from './pages.js'

const pages = ['README.md', ...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : []))]
const compilerOptions = {
  module: 'NodeNext',
  target: 'ES2022',
  lib: ['ES2023', 'ESNext.Disposable'],
  strict: true,
  allowJs: true,
  outDir: 'built',
  types: ['node'],
}

for (const path of pages) {
  const page = readPage(join(root, path))

  describe(path, () => {
    it('links to files that exist', () => {
      const missing = linksOf(join(root, path)).filter((target) => !existsSync(join(root, dirname(path), target)))
      assert.deepEqual(missing, [])
    })
    if (page.examples.length > 0) describeExamples(page)
  })
}

function describeExamples(page: Page): void {
  let app: Project

  before(() => {
    app = project({
      'package.json': '{ "private": true, "type": "module" }',
      'tsconfig.json': JSON.stringify({ compilerOptions }),
    })
    app.write(page.files)
    linkPackages(app.folder)
  })
  after(() => app.remove())

  it('has examples that compile strictly', () => {
    const ran = app.node(join(root, 'node_modules/typescript/bin/tsc'), '-p', '.')
    assert.equal(ran.status, 0, ran.stdout)
  })

  for (const { file, output } of page.examples) {
    it(`has ${file} print what the page says`, () => {
      const ran = app.node(join('built', file.replace(/ts$/, 'js')))
      assert.equal(ran.status, 0, ran.stderr)
      assert.equal(ran.stderr, '')
      if (output !== undefined) assert.equal(ran.stdout, output)
    })
  }
}

/** This repository as the package `stint`, and the types it needs, as if installed. */
function linkPackages(folder: string): void {
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true })
  symlinkSync(root, join(folder, 'node_modules/stint'))
  for (const name of ['@types/node', 'undici-types'])
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
}
