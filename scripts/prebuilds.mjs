// Builds what the tarball carries: the addon, and the keeper linked statically (it starts in half the time). Checks that both
// run wherever Node does: on glibc 2.28, with the run bit set.
import { accessSync, constants, mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { attempt, fail, run } from './command.mjs'
import { headersPrefix, needCompiler } from './native-build.mjs'
import { stage } from './stage.mjs'
import { filesBelow, step } from './step.mjs'

process.chdir(join(import.meta.dirname, '..'))
const folder = `prebuilds/${process.platform}-${process.arch}`
const keeper = `${folder}/stint-keeper`

// What Node's own binaries ask of a machine: https://github.com/nodejs/node/blob/main/BUILDING.md#platform-list
const floors = { GLIBC: '2.28', GLIBCXX: '3.4.25', CXXABI: '1.3.11' }

const sources = filesBelow('native').filter((path) => !path.startsWith('native/build/'))
const inputs = ['binding.gyp', 'package-lock.json', 'scripts/prebuilds.mjs', ...sources]
step('prebuilds', { inputs, stamp: 'build/prebuilds/.stint-prebuilds', outputs: [keeper] }, build)
for (const path of filesBelow(folder)) console.log(path)

function build() {
  needCompiler()
  rmSync('prebuilds', { recursive: true, force: true })
  process.once('exit', (code) => code !== 0 && rmSync('prebuilds', { recursive: true, force: true })) // none rather than unfit ones
  const staged = stage('prebuilds')
  mkdirSync(join(staged, 'artifacts'), { recursive: true })
  run(process.execPath, ['node_modules/prebuildify/bin.js', ...prebuildifyArguments(staged)], { env: environment() })
  for (const path of filesBelow(folder).filter((path) => path.endsWith('.node'))) checkSymbols(path)
  checkStatic()
  accessSync(keeper, constants.X_OK)
}

function prebuildifyArguments(staged) {
  // npm's way to copy would lose the run bit; cp and strip keep it. The command runs in the staged folder.
  const takeKeeper = 'cp build/Release/stint-keeper artifacts/ && strip artifacts/stint-keeper'
  const naming = ['--napi', '--strip', '--tag-libc', '--name', 'stint', '--target', process.versions.node]
  const folders = ['--cwd', staged, '--out', '.', '--artifacts', resolve(staged, 'artifacts')]
  return [...naming, ...folders, '--node-gyp', resolve('node_modules/.bin/node-gyp'), '--postinstall', takeKeeper]
}

function environment() {
  const prefix = headersPrefix()
  return { ...process.env, GYP_DEFINES: 'keeper_static=1', JOBS: 'max', ...(prefix && { npm_config_nodedir: prefix }) }
}

function checkStatic() {
  if (!attempt('objdump', ['-T', keeper]).output.includes('not a dynamic object')) fail(`${keeper} is not linked statically`)
}

/** Ends the script where a binary needs a newer library than Node itself does. */
function checkSymbols(path) {
  const table = run('objdump', ['-T', path])
  for (const [family, floor] of Object.entries(floors)) {
    const versions = [...table.matchAll(new RegExp(`\\b${family}_([0-9.]+)`, 'g'))].map((match) => match[1])
    const newer = [...new Set(versions)].filter((version) => isNewer(version, floor))
    if (newer.length > 0) fail(`${path} needs ${family} ${newer.join(', ')}; Node runs on ${floor}\n${linesWith(table, newer)}`)
  }
}

function isNewer(version, floor) {
  return version.localeCompare(floor, 'en', { numeric: true }) > 0
}

function linesWith(table, versions) {
  const lines = table.split('\n').filter((line) => versions.some((version) => line.includes(`_${version})`)))
  return lines.join('\n')
}
