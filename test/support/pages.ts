// The Markdown pages and their code blocks. Behind its language a block says how it is checked, in the words of `checks`; one that does
// not, or says it where nobody looks, fails test/packaging/documentation.test.ts.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './paths.js'

export interface Block {
  readonly language: string
  readonly words: readonly string[]
  readonly text: string
}

export interface Example {
  readonly file: string
  readonly output: string | undefined
  readonly asRoot: boolean
}

export interface Page {
  readonly files: Readonly<Record<string, string>>
  readonly examples: readonly Example[]
}

/** README and the pages in docs/. */
export const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
]

interface Check {
  /** Languages it takes. */
  readonly languages: RegExp
  /** The only page that is looked at, where not all are. */
  readonly page?: string
}

/** Word (or what stands before its `=`) → where it is understood. Who does it: the test that is named. */
const checks: Readonly<Record<string, Check>> = {
  file: { languages: /^(ts|js|sh|json)$/ }, // documentation.test: a file of the page's project, compiled
  run: { languages: /^(ts|js)$/ }, // and run
  'run-as-root': { languages: /^(ts|js)$/ }, // and run where the tests are root's
  output: { languages: /^text$/ }, // and what the block before it prints
  test: { languages: /^sh$/ }, // cli-docs.test: a script, run, with the exit code `exit=N`
  recipe: { languages: /^(yaml|groovy|dockerfile)$/, page: 'docs/ci.md' }, // ci-recipes.test
  bundler: { languages: /^(sh|ts|js)$/, page: 'docs/bundlers.md' }, // bundlers.test
  vitest: { languages: /^ts$/, page: 'docs/typescript.md' }, // tools.test
  install: { languages: /^sh$/, page: 'README.md' }, // npx.test
  scripts: { languages: /^sh$/ }, // documentation.test: scripts of package.json
  layout: { languages: /^text$/, page: 'docs/design.md' }, // documentation.test: files that are there
  drawing: { languages: /^text$/ }, // nobody: there is nothing to run in a picture
}

/** Is this block checked by anybody? */
export function isChecked(path: string, { language, words }: Block): boolean {
  return words.some((word) => {
    const check = checks[word.replace(/=.*/, '')]
    return check?.languages.test(language) === true && (check.page ?? path) === path
  })
}

/** Every code block of a page, those without a language and those in lists too. */
export function blocksOf(path: string): Block[] {
  const text = readFileSync(join(root, path), 'utf8')
  return [...text.matchAll(/^([ \t]*)(```+|~~~+)([^\n]*)\n([\s\S]*?)^[ \t]*\2[ \t]*$/gm)].map(([, , , words = '', code = '']) => {
    const [language = '', ...rest] = words.trim().split(/\s+/)
    return { language, words: rest, text: code }
  })
}

/** What a block says after `NAME=`; '' where it says only the name, or neither. */
export function wordOf({ words }: Block, name: string): string {
  return words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''
}

/** The files and the runnable examples of a page. */
export function readPage(path: string): Page {
  const blocks = blocksOf(path)
  const files = blocks.flatMap((block) => (wordOf(block, 'file') === '' ? [] : [[wordOf(block, 'file'), block.text]]))
  const examples = blocks.flatMap((block, index) => {
    const next = blocks[index + 1]
    const output = next?.words.includes('output') ? next.text : undefined
    const asRoot = block.words.includes('run-as-root')
    return block.words.includes('run') || asRoot ? [{ file: wordOf(block, 'file'), output, asRoot }] : []
  })
  return { files: Object.fromEntries(files) as Record<string, string>, examples }
}

/** The page's links to files of the repository. */
export function linksOf(path: string): string[] {
  const targets = [...readFileSync(join(root, path), 'utf8').matchAll(/\]\(([^)#:]+)(#[^)]*)?\)/g)]
  return targets.map(([, target]) => target ?? '')
}
