// `npm test`: the checks, then every test file under Node's own runner.
//   npm test                        everything
//   npm test -- unit                one group: unit, conformance, integration, packaging
//   npm test -- integration/wall    files whose path has this in it
//   npm test -- checks              the checks alone
// Arguments that begin with a dash go to `node --test`.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { runChecks } from './checks.mjs'
import { attempt, fail, shortened } from './command.mjs'
import { testFiles } from './test-files.mjs'

process.chdir(join(import.meta.dirname, '..'))
const fileTimeout = 180_000 // ms; the slowest file needs a fraction of it, a hanging one must not hold the rest
const concurrency = 2 // files at once: each has processes of its own, more would measure the scheduler

const flags = process.argv.slice(2).filter((argument) => argument.startsWith('-'))
const filters = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const wantsChecks = filters.length === 0 || filters.includes('checks')
const fileFilters = filters.filter((filter) => filter !== 'checks')

const failedChecks = wantsChecks ? runChecks() : []
const testsPassed = filters.length > 0 && fileFilters.length === 0 ? true : runTests()
if (failedChecks.length > 0) fail(`failed checks: ${failedChecks.join('; ')}`)
process.exitCode = testsPassed ? 0 : 1

/** One run of the runner, so that its closing lines count everything. */
function runTests() {
  const files = testFiles(fileFilters)
  if (files.length === 0) fail(`no test file matches ${fileFilters.join(' ')}`)
  if (files.some((file) => file.startsWith('out/packaging/'))) makePrebuilds()
  const settings = ['--test-reporter=spec', `--test-concurrency=${concurrency}`, `--test-timeout=${fileTimeout}`]
  const child = spawnSync(process.execPath, ['--test', ...settings, ...flags, ...files], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return child.status === 0
}

/** The packaging tests look at the tarball's binaries. Where those cannot be made, the tests say so and the others still run. */
function makePrebuilds() {
  const made = attempt(process.execPath, ['scripts/prebuilds.mjs'])
  if (!made.ok) console.log(shortened(made.output))
}
