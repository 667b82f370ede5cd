// `npm run test:asan`: addon and keeper built with AddressSanitizer and UndefinedBehaviorSanitizer in a copy of the project
// (build/asan), and the integration tests once on them. A report of either ends its process at once, so the test fails.
//
// The sanitizer's runtime must be in a process before the addon is. LD_PRELOAD would do that, and would also pass it on to every
// command that a test limits; so the tests run on a copy of node that names the runtime as the first library it needs.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { attempt, fail, run } from './command.mjs'
import { buildNative } from './native-build.mjs'
import { stage } from './stage.mjs'
import { testFiles } from './test-files.mjs'

process.chdir(join(import.meta.dirname, '..'))
if (!attempt('patchelf', ['--version']).ok)
  fail('asan: patchelf not found. On Debian or Ubuntu: sudo apt-get install -y patchelf')
const filters = process.argv.slice(2)
const folder = stage('asan')
console.error('asan: building addon and keeper')
buildNative({ folder, defines: { stint_sanitize: 'address,undefined' } })

const files = testFiles(filters.length > 0 ? filters : ['out/integration/'])
if (files.length === 0) fail(`no test file matches ${filters.join(' ')}`)
const settings = ['--test-reporter=spec', '--test-concurrency=2', '--test-timeout=300000']
const child = spawnSync(nodeWithRuntime(), ['--test', ...settings, ...files], {
  cwd: folder,
  env: { ...process.env, ...sanitizerEnvironment() },
  stdio: ['ignore', 'inherit', 'inherit'],
})
process.exitCode = child.status === 0 ? 0 : 1

function nodeWithRuntime() {
  const node = resolve(folder, 'bin/node')
  mkdirSync(resolve(folder, 'bin'), { recursive: true })
  copyFileSync(realpathSync(process.execPath), node)
  run('patchelf', ['--add-needed', realpathSync(run('g++', ['-print-file-name=libasan.so']).trim()), node])
  return node
}

/** Leaks are not looked for: V8 frees nothing at its end. Signals stay the tests' own, and a refused allocation is an answer. */
function sanitizerEnvironment() {
  return {
    ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=1:handle_segv=0:allow_user_segv_handler=1:allocator_may_return_null=1',
    UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1',
  }
}
