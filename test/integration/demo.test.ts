import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { root } from '../support/paths.js'
import { commandBehaviours } from '../support/suite.js'

const run = promisify(execFile)

commandBehaviours('the demo', () => {
  test('ends as expected in every row', async () => {
    const { stdout } = await run(process.execPath, [join(root, 'scripts/demo.mjs')], { timeout: 150_000 }).catch((error) => error)
    assert.match(stdout, /(\d+) of \1 as expected/, stdout)
  })
})
