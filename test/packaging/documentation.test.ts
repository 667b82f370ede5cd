import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Block, blocksOf, isChecked, linksOf, type Page, pages, readPage, wordOf } from '../support/pages.js'
import { isRoot } from '../support/plain-user.js'
import { type Project, project, type Ran, root } from './consumer.js'

const compilerOptions = {
  module: 'NodeNext',
  target: 'ES2022',
  lib: ['ES2023', 'ESNext.Disposable'],
  strict: true,
  allowJs: true,
  rootDir: '.',
  outDir: 'built',
  types: ['node'],
}

/** One project for the examples of all pages, each in a folder of its own: the compiler reads Node's types once. */
let app: Project
let compiled: Ran

before(() => {
  app = project({
    'package.json': '{ "private": true, "type": "module" }',
    'tsconfig.json': JSON.stringify({ compilerOptions }),
  })
  for (const path of pages)
    for (const [file, text] of Object.entries(readPage(path).files)) app.write({ [join(folderOf(path), file)]: text })
  linkPackages(app.folder)
  compiled = app.node(join(root, 'node_modules/typescript/bin/tsc'), '-p', '.')
})
after(() => app.remove())

it('the examples of all pages compile', () => assert.equal(compiled.status, 0, compiled.stdout))

for (const path of pages) {
  const page = readPage(path)
  const blocks = blocksOf(path)

  describe(path, () => {
    it('links to files that exist', () => {
      const missing = linksOf(path).filter((target) => !existsSync(join(root, dirname(path), target)))
      assert.deepEqual(missing, [])
    })
    it('says of every code block how it is checked', () => {
      const unchecked = blocks.filter((block) => !isChecked(path, block))
      assert.deepEqual(
        unchecked.map(({ language, words, text }) => `${language} ${words.join(' ')}: ${text.split('\n')[0]}`),
        [],
      )
    })
    it('has no output without what prints it, no file that nothing uses', () => {
      const compiled = page.examples.length > 0
      const orphans = blocks.filter((block, at) =>
        block.words.includes('output') ? !isPrinted(blocks[at - 1]) : !isUsed(block, blocks, compiled),
      )
      assert.deepEqual(
        orphans.map(({ text }) => text),
        [],
      )
    })
    for (const block of blocks.filter(({ words }) => words.includes('scripts'))) describeScripts(block)
    for (const block of blocks.filter(({ words }) => words.includes('layout'))) describeLayout(block)
    if (page.examples.length > 0) describeExamples(path, page)
  })
}

function isPrinted(before: Block | undefined): boolean {
  return before?.words.some((word) => /^(run|run-as-root|test)$/.test(word)) === true
}

/** Compiled, or named by a script; the command line looks for stint.json by itself. */
function isUsed(block: Block, blocks: readonly Block[], compiled: boolean): boolean {
  const file = wordOf(block, 'file')
  if (file === '' || (compiled && /^(ts|js)$/.test(block.language))) return true
  const mention = file === 'stint.json' ? '--profile' : file.replace(/.js$/, '')
  return blocks.some(({ words, text }) => words.includes('test') && text.includes(mention))
}

function describeScripts({ text }: Block): void {
  it(`names scripts of package.json: ${text.split('\n')[0]}`, () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
    const named = text
      .trim()
      .split('\n')
      .map((line) => /^npm (?:run )?([\w:]+)( |$)/.exec(line)?.[1] ?? line)
    assert.deepEqual(
      named.filter((name) => scripts[name] === undefined),
      [],
    )
  })
}

/** Lines such as `lib/     index.ts · options/ (what it is)`, continued by indented ones; names in brackets are comments. */
function describeLayout({ text }: Block): void {
  it('names the files and folders that there are, and every folder', () => {
    const named = new Set<string>()
    let folder = ''
    for (const line of text.replace(/\([^)]*\)/g, '').split('\n')) {
      const [, opened, rest = line] = /^(\w+\/) {2,}(.*)$/.exec(line) ?? []
      folder = opened ?? (line.startsWith(' ') ? folder : '')
      for (const [name] of rest.matchAll(/[\w.-]+(\/|\.\w+)/g)) named.add(`${folder}${name}`)
    }
    assert.deepEqual(
      [...named].filter((path) => !existsSync(join(root, path))),
      [],
    )
    const folders = ['lib', 'native', 'test'].flatMap((top) => foldersIn(top))
    assert.deepEqual(
      folders.filter((path) => !named.has(path)),
      [],
    )
  })
}

function foldersIn(top: string): string[] {
  const entries = readdirSync(join(root, top), { withFileTypes: true })
  return entries.flatMap((entry) => (entry.isDirectory() && entry.name !== 'build' ? [`${top}/${entry.name}/`] : []))
}

function describeExamples(path: string, page: Page): void {
  it('has examples that compile strictly', () => {
    const errors = compiled.stdout.split('\n').filter((line) => line.startsWith(`${folderOf(path)}/`))
    assert.deepEqual(errors, [])
  })

  for (const { file, output } of page.examples.filter(({ asRoot }) => isRoot || !asRoot)) {
    it(`has ${file} print what the page says`, () => {
      const ran = app.node(join('built', folderOf(path), file.replace(/ts$/, 'js')))
      assert.equal(ran.status, 0, ran.stderr)
      assert.equal(ran.stderr, '')
      if (output !== undefined) assert.equal(ran.stdout, output)
    })
  }
}

function folderOf(path: string): string {
  return path.replace(/\.md$/, '')
}

/** This repository as the package `stint`, and the types it needs, as if installed. */
function linkPackages(folder: string): void {
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true })
  symlinkSync(root, join(folder, 'node_modules/stint'))
  for (const name of ['@types/node', 'undici-types'])
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
}
