// The campaign itself: a few rows once, so that it works when it is needed.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../support/paths.js'
import { isRoot } from '../support/plain-user.js'

test('the campaign runs its rows and counts what was right', () => {
  const args = ['--seconds', '120', '--repetitions', '2', '--seed', '1', '--loads', 'idle', '--users', isRoot ? 'root' : 'plain']
  const rows = ['command exits 3', 'returns a value', 'a job kills its keeper'].flatMap((name) => ['--rows', name])
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'out/campaign/main.js'), ...args, ...rows], {
    encoding: 'utf8',
    timeout: 150_000,
  })
  assert.equal(status, 0, stdout + stderr)
  assert.match(stdout, /^command exits 3 +2 +0 +0 +0$/m)
  assert.match(stdout, /^returns a value +2 +0 +0 +0$/m)
  assert.match(stdout, /^all +[6-9] +0 +0 +0$/m)
})
