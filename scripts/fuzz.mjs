// `npm run fuzz`: the native decoders and a whole keeper under random input, built with AddressSanitizer and UBSan in build/asan, and
// beside them the property tests of transport, options and judge. One line for each target: how many cases, from which seed.
//   STINT_FUZZ  cases for each target (default a million; a keeper gets a tenth of it in messages, each job is a process)
//   STINT_SEED  that of a run that is to be repeated (default a new one each time)
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { buildNative } from './native-build.mjs'
import { stage } from './stage.mjs'
import { testFiles } from './test-files.mjs'

const drawn = /cases, STINT_SEED=/ // in the title of each test of random input

process.chdir(join(import.meta.dirname, '..'))
const folder = stage('asan')
console.log('fuzz: building')
buildNative({ folder, defines: { stint_sanitize: 'address,undefined' } })
// What was freed is kept for a while, but a keeper's fuzzing forks for each job, and a small process forks sooner.
const sanitizers = { ASAN_OPTIONS: 'quarantine_size_mb=1', UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1' }
const fresh = String(Date.now() % 2 ** 31)
const env = { STINT_FUZZ: '1000000', STINT_SEED: fresh, ...sanitizers, ...process.env }

const property = testFiles(['unit/transport/', 'unit/options/', 'unit/verdict/'])
const flags = ['--test', '--test-reporter=tap', `--test-name-pattern=${drawn}`]
const started = performance.now()
const statuses = await Promise.all([
  told(join(folder, 'build/Release/stint-native-tests'), []),
  told(process.execPath, [...flags, ...property]),
])
console.log(`fuzz: ${((performance.now() - started) / 1000).toFixed(0)} s`)
process.exitCode = statuses.every((status) => status === 0) ? 0 : 1

/** Prints a line for each target, and all of what went wrong. */
async function told(program, args) {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    const [, verdict, title = line] = /^ *((?:not )?ok)(?: \d+ -)? (.*)$/.exec(line) ?? []
    if (drawn.test(title) && !title.endsWith('# SKIP') && verdict !== undefined) console.log(`${verdict} ${title}`)
  })
  const status = await new Promise((resolve) => child.once('close', resolve))
  if (status !== 0) console.log(lines.join('\n'))
  return status
}
