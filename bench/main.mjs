// `npm run bench`: measures stint beside what else there is, and writes docs/benchmarks.md and docs/benchmarks.svg.
//   npm run bench                     all of it, some ten minutes, and two more once to compile isolated-vm
//   npm run bench -- --quick          a tenth of the rounds, within three minutes; prints, writes nothing
//   npm run bench -- calls bytes      these parts; the page is written once every part has been measured
// Each part runs in a process of its own and prints one JSON object a row; results wait in build/bench/.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { attempt } from '../scripts/command.mjs'
import { gypArguments } from '../scripts/native-build.mjs'
import { asChart } from './chart.mjs'
import { asMarkdown, asText } from './page.mjs'

const root = join(import.meta.dirname, '..')
process.chdir(root)
const parts = ['start', 'calls', 'throughput', 'bytes', 'commands', 'endings']
const results = 'build/bench'
const quick = process.argv.includes('--quick')
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const unknown = named.filter((name) => !parts.includes(name))
if (unknown.length > 0) throw new Error(`there is no part ${unknown.join(', ')}; there are ${parts.join(', ')}`)

install()
mkdirSync(results, { recursive: true })
const measured = (named.length > 0 ? named : parts).map((name) => kept(name, measure(name)))
if (quick) console.log(asText(measured.flatMap(({ rows }) => rows)))
else writePage()

/** Written at once: what is cut off later has not been in vain. */
function kept(name, result) {
  if (!quick) writeFileSync(join(results, `${name}.json`), JSON.stringify(result))
  return result
}

/** The others, where they are not there yet. isolated-vm is compiled, some two minutes: without its build its rows are missing, and nothing else. */
function install() {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync('bench/others/package.json', 'utf8'))
  const wanted = Object.keys({ ...dependencies, ...optionalDependencies })
  if (!wanted.every((name) => existsSync(join('bench/others/node_modules', name)))) {
    console.error('bench: installing what stint is measured beside')
    const args = ['install', '--prefix', 'bench/others', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund']
    const installed = attempt('npm', args)
    if (!installed.ok) throw new Error(installed.output)
  }
  const isolated = 'bench/others/node_modules/isolated-vm'
  if (!existsSync(isolated) || existsSync(join(isolated, 'out/isolated_vm.node')) || quick) return
  console.error('bench: building isolated-vm')
  const built = attempt(process.execPath, gypArguments(isolated, ['configure', 'build']))
  if (!built.ok) console.error('bench: isolated-vm cannot be built here')
}

/** What one part printed, and when. NODE_EXTRA_CA_CERTS more than doubles the start of Node 20: not in any of the rows. */
function measure(name) {
  console.error(`bench: ${name}`)
  const { NODE_EXTRA_CA_CERTS: _, NODE_OPTIONS: __, ...env } = process.env
  const args = [join('bench/parts', `${name}.mjs`), ...(quick ? ['--quick'] : [])]
  const child = spawnSync(process.execPath, args, {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 26,
  })
  if (child.status !== 0) throw new Error(`part ${name} failed (${child.signal ?? child.status})`)
  const rows = child.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  return { date: new Date().toISOString().slice(0, 10), rows }
}

function writePage() {
  const missing = parts.filter((name) => !existsSync(join(results, `${name}.json`)))
  if (missing.length > 0) return console.error(`bench: kept; the page wants ${missing.join(', ')}, too`)
  const all = parts.map((name) => JSON.parse(readFileSync(join(results, `${name}.json`), 'utf8')))
  const rows = all.flatMap((part) => part.rows)
  writeFileSync(
    'docs/benchmarks.md',
    asMarkdown(
      rows,
      all
        .map(({ date }) => date)
        .sort()
        .at(-1),
    ),
  )
  writeFileSync('docs/benchmarks.svg', asChart(rows))
  console.error('bench: wrote docs/benchmarks.md and docs/benchmarks.svg')
}
