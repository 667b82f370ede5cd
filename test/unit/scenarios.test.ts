// docs/scenarios.md names a test for each row: by file, and by title with * where a loop puts something in.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { root } from '../support/paths.js'

interface Named {
  readonly file: string
  readonly title: string
}
const rows = readFileSync(join(root, 'docs/scenarios.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (---|scenario|input|what) \|/.test(line))

/** The tests of a row: `folder/file: "title" · "title of the same file" · folder/file: "title"`. */
function named(row: string): Named[] {
  let file = ''
  return [...row.matchAll(/(?:([a-z]+(?:\/[a-z-]+)+): )?"([^"]+)"/g)].map(([, path, title = '']) => {
    file = path ?? file
    return { file, title }
  })
}

/** Titles of tests in a file, what is put into them replaced by *. */
function titlesOf(file: string): string[] {
  const path = join(root, `test/${file}.test.ts`)
  if (!existsSync(path)) return []
  const calls = readFileSync(path, 'utf8').matchAll(/\b(?:test|it|overEvery)\((?:\w+, )?(['`"])(.*?)\1,/g)
  return [...calls].map(([, , title = '']) => title.replaceAll(/\$\{.*?\}/g, '*').replaceAll("\\'", "'"))
}

describe('docs/scenarios.md', () => {
  it('names tests that exist', () => {
    const missing = rows.flatMap(named).filter(({ file, title }) => !titlesOf(file).includes(title))
    assert.deepEqual(missing, [])
  })

  it('names a test or a command for every row', () => {
    assert.ok(rows.length > 40, `${rows.length} rows`)
    const without = rows.filter((row) => named(row).length === 0 && !row.includes('npm run'))
    assert.deepEqual(without, [])
  })
})
