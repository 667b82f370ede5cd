// `STINT_REPEAT=200 npm run soak`: the integration tests again and again while busy loops load every core, to find what fails
// only when the scheduler is late. Arguments choose files as in `npm test`; `--scenarios TEXT` the tests that docs/scenarios.md
// names under headings with TEXT in them (`--scenarios Functions`), `--scenarios ''` all that it names. `--together 4` makes so many
// repetitions at once, which load the cores themselves.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { attemptBeside, fail } from './command.mjs'
import { testFiles } from './test-files.mjs'

process.chdir(join(import.meta.dirname, '..'))
const repetitions = Number(process.env.STINT_REPEAT ?? 20)
if (!Number.isSafeInteger(repetitions) || repetitions < 1)
  fail(`STINT_REPEAT is a number of repetitions, not ${process.env.STINT_REPEAT}`)
const { values, positionals } = parseArgs({
  options: { scenarios: { type: 'string', multiple: true }, together: { type: 'string', default: '1' } },
  allowPositionals: true,
})
const { files, patterns } = values.scenarios ? await ofScenarios(values.scenarios) : ofFiles(positionals)
if (files.length === 0) fail(`no test file matches ${process.argv.slice(2).join(' ')}`)

const together = Number(values.together)
if (!Number.isSafeInteger(together) || together < 1) fail(`--together is a number of repetitions at once, not ${values.together}`)

// Threads of this process, not processes: they end with it, however it ends.
const loops = Array.from({ length: together > 1 ? 0 : availableParallelism() }, () => new Worker('for (;;);', { eval: true }))
await Promise.all(loops.map((loop) => new Promise((resolve) => loop.once('online', resolve))))

let begun = 0
let failures = 0
const unused = new Set(patterns)
await Promise.all(Array.from({ length: together }, turnByTurn))
const load = together > 1 ? `${together} at once` : `with ${loops.length} busy loops`
if (unused.size > 0) console.log(`soak: no test ran for ${[...unused].join(', ')}`)
console.log(`soak: ${repetitions - failures} of ${repetitions} repetitions of ${files.length} files passed, ${load}`)
process.exit(failures > 0 ? 1 : 0) // and the loops with it

async function turnByTurn() {
  while (begun < repetitions) {
    const turn = ++begun
    const started = performance.now()
    const result = await runOnce()
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    console.log(`soak ${turn}/${repetitions}: ${result.ok ? 'ok' : 'FAILED'} in ${seconds} s, ${counted(result.output)}`)
    for (const title of titlesOf(result.output)) forget(title)
    if (result.ok) continue
    failures++
    console.log(failing(result.output))
  }
}

function ofFiles(filters) {
  return { files: testFiles(filters.length > 0 ? filters : ['out/integration/']), patterns: [] }
}

/** The page belongs to the tests, which read it too. */
async function ofScenarios(headings) {
  const { patternOf, scenarioRows, testsOf } = await import('../out/support/scenario-page.js')
  const tests = scenarioRows(headings).flatMap(testsOf)
  const named = new Set(tests.map(({ file }) => `out/${file}.test.js`))
  return { files: testFiles().filter((file) => named.has(file)), patterns: [...new Set(tests.map(patternOf))] }
}

function runOnce() {
  const wanted = patterns.map((pattern) => `--test-name-pattern=${pattern}`)
  const settings = ['--test-reporter=spec', '--test-concurrency=2', '--test-timeout=300000', ...wanted]
  return attemptBeside(process.execPath, ['--test', ...settings, ...files])
}

/** Of the tests that ran: what the patterns left out has another mark. */
function titlesOf(output) {
  return [...output.matchAll(/^ *[✔✖] (.*) \([\d.]+ms\)$/gm)].map(([, title]) => title)
}

/** This pattern has a test. */
function forget(title) {
  for (const pattern of unused) if (new RegExp(pattern.slice(1, -1)).test(title)) unused.delete(pattern)
}

/** The runner's own closing lines, on one. */
function counted(output) {
  return [...output.matchAll(/^ℹ (tests|pass|fail|cancelled) (\d+)$/gm)].map(([, what, count]) => `${what} ${count}`).join(', ')
}

/** The part of the runner's report that lists failures, or all of it where the runner did not get that far. */
function failing(output) {
  const start = output.indexOf('failing tests:')
  return start < 0 ? output.slice(-8000) : output.slice(start)
}
