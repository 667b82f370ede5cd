// docs/scenarios.md names a test for each row.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { root } from '../support/paths.js'
import { patternOf, scenarioRows, testsOf } from '../support/scenario-page.js'

const rows = scenarioRows()

/** Titles of tests in a file, what is put into them replaced by *. */
function titlesOf(file: string): string[] {
  const path = join(root, `test/${file}.test.ts`)
  if (!existsSync(path)) return []
  const calls = readFileSync(path, 'utf8').matchAll(/\b(?:test|it|overEvery)\((?:\w+, )?(['`"])(.*?)\1,/g)
  return [...calls].map(([, , title = '']) => title.replaceAll(/\$\{.*?\}/g, '*').replaceAll("\\'", "'"))
}

describe('docs/scenarios.md', () => {
  it('names tests that exist', () => {
    const missing = rows.flatMap(testsOf).filter(({ file, title }) => !titlesOf(file).includes(title))
    assert.deepEqual(missing, [])
  })

  it('names a test or a command for every row', () => {
    assert.ok(rows.length > 40, `${rows.length} rows`)
    const without = rows.filter((row) => testsOf(row).length === 0 && !row.includes('npm run'))
    assert.deepEqual(without, [])
  })

  it('gives the soak a pattern for each title', () => {
    const pattern = (title: string) => new RegExp(patternOf({ file: '', title }).slice(1, -1))
    assert.match('a value (wall) is 1.5', pattern('a value (*) is 1.5'))
    assert.doesNotMatch('a value (wall) is 1x5', pattern('a value (*) is 1.5'))
    assert.doesNotMatch('not a value', pattern('a value'))
    assert.match('a value, by a memory cgroup', pattern('a value'))
  })
})
