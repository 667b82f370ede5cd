// `npm run test:asan`: addon and keeper built with AddressSanitizer and UndefinedBehaviorSanitizer in a copy of the project
// (build/asan), and the integration tests once on them. A report of either ends its process at once, so the test fails.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fail, run } from './command.mjs'
import { buildNative } from './native-build.mjs'
import { stage } from './stage.mjs'
import { testFiles } from './test-files.mjs'

process.chdir(join(import.meta.dirname, '..'))
const filters = process.argv.slice(2)
const folder = stage('asan')
console.error('asan: building addon and keeper')
buildNative({ folder, defines: { stint_sanitize: 'address,undefined' } })

const files = testFiles(filters.length > 0 ? filters : ['out/integration/'])
if (files.length === 0) fail(`no test file matches ${filters.join(' ')}`)
const settings = ['--test-reporter=spec', '--test-concurrency=2', '--test-timeout=300000']
const child = spawnSync(process.execPath, ['--test', ...settings, ...files], {
  cwd: folder,
  env: { ...process.env, ...sanitizerEnvironment() },
  stdio: ['ignore', 'inherit', 'inherit'],
})
process.exitCode = child.status === 0 ? 0 : 1

/** node itself is not instrumented, so the runtime must be there before the addon comes; V8 frees nothing at its end. */
function sanitizerEnvironment() {
  return {
    LD_PRELOAD: run('g++', ['-print-file-name=libasan.so']).trim(),
    ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=1:handle_segv=0:allow_user_segv_handler=1:allocator_may_return_null=1',
    UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1',
    STINT_SANITIZED: '1',
  }
}
