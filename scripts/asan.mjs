// `npm run test:asan`: addon and keeper built with AddressSanitizer and UndefinedBehaviorSanitizer in a copy of the project
// (build/asan), and the integration tests once on them. A report of either ends its process and is kept. Exit code 2: there are reports;
// 1: none, but tests failed, which may be for want of time: all is several times slower there.
//
// The sanitizer's runtime must be in a process before the addon is. LD_PRELOAD would do that, and would also pass it on to every
// command that a test limits; so the tests run on a copy of node that names the runtime as the first library it needs.
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { attempt, fail, run } from './command.mjs'
import { buildNative } from './native-build.mjs'
import { stage } from './stage.mjs'
import { testFiles } from './test-files.mjs'

/** What is not the same under the sanitizers, and why. */
const different = [
  { test: /^memory sets the data limit/, why: 'the shadow memory is data to the kernel: terabytes that are never touched' },
  { test: /^the behaviours of in-force hold/, why: 'the same, for a plain user' },
]

process.chdir(join(import.meta.dirname, '..'))
if (!attempt('patchelf', ['--version']).ok)
  fail('asan: patchelf not found. On Debian or Ubuntu: sudo apt-get install -y patchelf')
const filters = process.argv.slice(2)
const folder = stage('asan')
console.error('asan: building addon and keeper')
buildNative({ folder, defines: { stint_sanitize: 'address,undefined' } })

const files = testFiles(filters.length > 0 ? filters : ['out/integration/'])
if (files.length === 0) fail(`no test file matches ${filters.join(' ')}`)
const reports = resolve(folder, 'reports')
rmSync(reports, { recursive: true, force: true })
mkdirSync(reports, { recursive: true, mode: 0o777 })
chmodSync(reports, 0o777) // jobs of other users report, too

const node = nodeWithRuntime()
const reporters = ['spec', 'stdout', 'tap', join(reports, 'tests.tap')]
const flags = ['--test-concurrency=2', '--test-timeout=300000', ...reporters.map(reporterFlag)]
spawnSync(node, ['--test', ...flags, ...files], {
  cwd: folder,
  env: { ...process.env, ...sanitizerEnvironment() },
  stdio: ['ignore', 'inherit', 'inherit'],
})

const found = readdirSync(reports).filter((name) => name !== 'tests.tap' && !isRefusal(join(reports, name)))
for (const name of found) console.log(`\n${name}\n${readFileSync(join(reports, name), 'utf8')}`)
const failed = failedTests()
for (const title of failed) console.log(`failed: ${title}`)
console.log(`asan: ${found.length} reports of the sanitizers, ${failed.length} failed tests`)
process.exitCode = found.length > 0 ? 2 : failed.length > 0 ? 1 : 0

function reporterFlag(value, index) {
  return index % 2 === 0 ? `--test-reporter=${value}` : `--test-reporter-destination=${value}`
}

/** The sanitizer's own word for a job's limit: it was refused memory that it wanted for itself. */
function isRefusal(report) {
  return /^=*\n?ERROR: Failed to mmap\n?$/.test(readFileSync(report, 'utf8'))
}

function nodeWithRuntime() {
  const copy = resolve(folder, 'bin/node')
  mkdirSync(resolve(folder, 'bin'), { recursive: true })
  copyFileSync(realpathSync(process.execPath), copy)
  run('patchelf', ['--add-needed', realpathSync(run('g++', ['-print-file-name=libasan.so']).trim()), copy])
  return copy
}

/** Leaks are not looked for: V8 frees nothing at its end. Signals stay the tests' own, a refused allocation is an answer, and what was
 * freed is kept for a while, but not so long that it counts against a memory limit. */
function sanitizerEnvironment() {
  const common = `log_path=${reports}/report:log_exe_name=1`
  return {
    ASAN_OPTIONS: `${common}:detect_leaks=0:abort_on_error=1:handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:allow_user_segv_handler=1:allocator_may_return_null=1:quarantine_size_mb=8`,
    UBSAN_OPTIONS: `${common}:halt_on_error=1:print_stacktrace=1`,
  }
}

/** Titles of single tests (not suites) that failed, without those that measure what the sanitizer itself changes. */
function failedTests() {
  const lines = readFileSync(join(reports, 'tests.tap'), 'utf8').split('\n')
  const titles = lines.flatMap((line, index) => {
    const match = /^\s*not ok \d+ - (.*)$/.exec(line)
    const isSuite = lines.slice(index, index + 6).some((next) => /type: 'suite'|subtestsFailed/.test(next))
    return match && !isSuite ? [match[1]] : []
  })
  return titles.filter((title) => !different.some(({ test }) => test.test(title)))
}
