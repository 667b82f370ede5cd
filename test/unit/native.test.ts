// The pure native code (frame codec, plan, report, /proc readers) has an executable of its own: one line for each test.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { native } from '#lib/native.js'

const executable = join(dirname(native().addonPath), 'stint-native-tests')
const result = spawnSync(executable, { encoding: 'utf8', timeout: 60_000 })
const lines = result.stdout.split('\n').filter((line) => line !== '')

for (const line of lines) {
  const [, verdict, title = line, reason] = /^(ok|not ok) (\w+: [^:]*)(.*)$/.exec(line) ?? []
  test(title, () => assert.equal(verdict, 'ok', reason))
}

test('the native tests run to their end', () => {
  assert.ok(lines.length > 0, result.stderr)
  assert.equal(result.signal, null)
  assert.equal(result.status, 0, result.stderr)
})
