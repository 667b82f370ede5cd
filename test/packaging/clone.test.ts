import assert from 'node:assert/strict'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Project, project, root } from './consumer.js'

const cloned = [
  'package.json',
  'package-lock.json',
  'binding.gyp',
  'tsconfig.json',
  'tsconfig.test.json',
  'native',
  'lib',
  'scripts',
]

describe('a fresh clone on a machine without a compiler', () => {
  let clone: Project

  before(() => {
    clone = project()
    for (const part of cloned) cpSync(join(root, part), join(clone.folder, part), { recursive: true })
  })
  after(() => clone.remove())

  it('says in one line which Debian packages to install, before anything is downloaded', () => {
    const { status, stdout, stderr } = clone.node('scripts/setup.mjs')
    assert.equal(status, 1)
    assert.equal(stdout, '')
    const [step, ...sentence] = stderr.trim().split('\n')
    assert.equal(step, 'setup: dependencies')
    assert.deepEqual(sentence, [
      'setup: cannot build the native part, make, g++, python3 not found. On Debian or Ubuntu: sudo apt-get install -y g++ make python3',
    ])
  })

  it('says which test files there are none of', () => {
    writeFileSync(join(clone.folder, 'package.json'), '{ "private": true }')
    const { status, stderr } = clone.node('scripts/test.mjs', 'unit')
    assert.equal(status, 1)
    assert.equal(stderr, 'no test file matches unit\n')
  })
})
