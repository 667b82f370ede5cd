import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'

type Step = (name: string, files: { inputs: string[]; stamp: string; outputs?: string[] }, work: () => void) => void
const { step } = (await import(new URL('../../../scripts/step.mjs', import.meta.url).href)) as { step: Step }

describe('a step of the build', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-step-'))
  const input = join(folder, 'input')
  const files = { inputs: [input], stamp: join(folder, 'made', '.stamp') }
  let runs = 0
  const build = (more: { outputs?: string[] } = {}) => step('example', { ...files, ...more }, () => void runs++)

  after(() => rmSync(folder, { recursive: true }))
  beforeEach(() => {
    rmSync(files.stamp, { force: true })
    writeFileSync(input, 'one')
    build()
    runs = 0
  })

  it('is skipped while its inputs hold what they held', () => {
    utimesSync(input, new Date(0), new Date(0))
    build()
    assert.equal(runs, 0)
  })

  it('runs again when an input changes', () => {
    writeFileSync(input, 'two')
    build()
    assert.equal(runs, 1)
  })

  it('runs again when an output is gone', () => {
    build({ outputs: [join(folder, 'missing')] })
    assert.equal(runs, 1)
  })

  it('runs again after a failure', () => {
    writeFileSync(input, 'two')
    assert.throws(() => step('example', files, () => assert.fail('broken')))
    build()
    assert.equal(runs, 1)
  })
})
