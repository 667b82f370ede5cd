// Every example is run, and says what its source promises.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { root } from '../support/paths.js'
import { commandBehaviours } from '../support/suite.js'

const run = promisify(execFile)
const compiled = join(root, 'out/examples')

const printed: Record<string, RegExp> = {
  // The sleep of 2 s ends at its limit: either may win.
  'enforce-limits':
    /^value: 0, .*\nvalue: 1, .*\nvalue: (2|null), .*\n(value: null, result: null, exit status: TimeoutError, wall clock time: [2-9]\.\d s\n){2}$/,
  function: /^small: 3999\nlarge: Memorylimit ERR_STINT_\w+\nrun\(\): Memorylimit certain limit 100000000 bytes\n$/,
  module: /^digest: [0-9a-f]{12}\nisTitle: CpuTimeout worker-clock\nit was in isTitle\n$/,
  command:
    /^sort: Ok "apple\\npear\\n"\ndaemon: Ok "started\\n" leftovers ended: [1-3]\nfour sleeps, two allowed: Subprocess denied\n$/,
  abort: /^AbortError because the user went away\nAnything aborted\n$/,
  progress: /^stopped with some primes: true\nreports arrived: true\n$/,
}

commandBehaviours('examples', () => {
  for (const [name, expected] of Object.entries(printed)) {
    test(`${name} prints what it promises`, async () => {
      const { stdout } = await run(process.execPath, [join(compiled, `${name}.js`)], { timeout: 60_000 })
      assert.match(stdout, expected)
    })
  }

  test('there is no example that is not run', () => {
    const modules = ['tasks'] // imported by others
    const names = readdirSync(join(root, 'examples'))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => name.replace('.ts', ''))
    assert.deepEqual(names.sort(), [...Object.keys(printed), ...modules].sort())
  })
})
