import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, describe, it } from 'node:test'
import { cliFile, scratch, stint } from '../support/cli.js'
import { root } from '../support/paths.js'

const { path: folder, remove } = scratch()
after(remove)

describe('stint measure', () => {
  it('finds what a command uses, and suggests limits under which it succeeds', async () => {
    const program = 'import time; held = bytearray(60_000_000); time.sleep(0.4)'
    const ran = await stint(['measure', '-n', '2', '--json', '--', 'python3', '-c', program])
    assert.equal(ran.code, 0, ran.stderr)
    const { runs, suggested } = JSON.parse(ran.stdout)
    assert.equal(runs.length, 2)
    for (const { memory, data, wallTime, processes } of runs) {
      assert.ok(memory > 60_000_000 && memory < 150_000_000, `memory ${memory}`)
      assert.ok(data >= 60_000_000, `data ${data}`)
      assert.ok(wallTime >= 400, `wall ${wallTime}`)
      assert.ok(processes >= 1)
    }
    const flags = ['--memory', suggested.memory, '--cpu-time', suggested.cpuTime, '--processes', String(suggested.processes)]
    const limited = await stint(['run', ...flags, '--', 'python3', '-c', program])
    assert.equal(limited.code, 0, limited.stderr)
  })

  it('counts the processes of the whole tree', async () => {
    const ran = await stint(['measure', '--json', '--', 'sh', '-c', 'sleep 0.5 & sleep 0.5 & sleep 0.5 & wait'])
    assert.equal(JSON.parse(ran.stdout).runs[0].processes, 4)
  })

  it('draws for the terminal and as SVG', async () => {
    const plot = join(folder, 'usage.svg')
    const ran = await stint(['measure', '-n', '2', '--chart', '--plot', plot, '--', 'sleep', '0.3'])
    assert.match(ran.stdout, /Memory \(.*B\) {2}peak .*\n.*│/)
    assert.match(readFileSync(plot, 'utf8'), /^<svg xmlns[\s\S]*2 runs without limits; suggested: --memory[\s\S]*<\/svg>\n$/)
  })

  it('ends at the first run that fails, with its exit code', async () => {
    const ran = await stint(['measure', '-n', '5', '--', 'sh', '-c', 'echo ran; exit 3'])
    assert.equal(ran.code, 3)
    assert.equal(ran.stdout.match(/^ran$/gm)?.length, 1)
  })
})

describe('stint call', () => {
  writeFileSync(
    join(folder, 'tasks.mjs'),
    `export const add = (a, b) => a + b
export default async () => ({ when: new Date(0), nothing: undefined, big: 1n })
export const spin = () => { for (;;); }
export const fail = () => { throw new TypeError('no') }
export const answer = 42
`,
  )
  const call = (target: string, ...args: string[]) => stint(['call', `./tasks.mjs${target}`, ...args], { cwd: folder })

  it('prints the value as JSON', async () => {
    const [sum, value] = await Promise.all([call('#add', '--args', '[1, 2]'), call('')])
    assert.deepEqual([sum.code, sum.stdout], [0, '3\n'])
    assert.deepEqual(JSON.parse(value.stdout), { when: '1970-01-01T00:00:00.000Z', big: { type: 'bigint', size: 1 } })
  })

  it('ends a function at its limit, with the code of the limit', async () => {
    const ran = await call('#spin', '--cpu-time', '200ms', '--wall-time', '20s')
    assert.deepEqual([ran.code, ran.stdout], [152, ''])
    assert.match(ran.stderr, /^stint: CpuTimeout: spin used up its limit cpuTime of 200 ms/)
  })

  it('tells an error of the function by 1, and misuse by 125', async () => {
    const [failed, missing, number, notJson] = await Promise.all([
      call('#fail'),
      call('#ad'),
      call('#answer'),
      call('#add', '--args', '{}'),
    ])
    assert.deepEqual([failed.code, missing.code, number.code, notJson.code], [1, 125, 125, 125])
    assert.match(failed.stderr, /TypeError: no/)
    assert.match(missing.stderr, /no export 'ad'\. Did you mean 'add'\?/)
    assert.match(notJson.stderr, /--args must be a JSON array/)
  })
})

describe('stint', () => {
  it('prints what this machine can enforce, for people and as JSON', async () => {
    const [table, json] = await Promise.all([stint(['doctor']), stint(['doctor', '--json'])])
    assert.match(table.stdout, /^stint \d+\.\d+\.\d+\nmachine {3}Linux /)
    assert.match(table.stdout, /^wallTime +✓ used/m)
    const report = JSON.parse(json.stdout)
    assert.ok(report.rungs.some(({ limit, state }: { limit: string; state: string }) => limit === 'wallTime' && state === 'used'))
    assert.deepEqual([table.code, json.code], [0, 0])
  })

  it('shows examples first in every help, and the exit codes', async () => {
    const helps = await Promise.all(
      [[], ['run'], ['call'], ['measure'], ['doctor'], ['completions']].map((args) => stint([...args, '--help'])),
    )
    for (const { stdout, code } of helps) assert.deepEqual([stdout.slice(0, 9), code], ['Examples:', 0])
    assert.match(helps[1]?.stdout ?? '', /^ {2}124 {2}the wall time was used up/m)
  })

  it('prints its version, and tells an unknown command', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    assert.equal((await stint(['--version'])).stdout, `${version}\n`)
    const ran = await stint(['rum', '--', 'true'])
    assert.equal(ran.code, 125)
    assert.match(ran.stderr, /unknown command 'rum'[\s\S]*run/)
  })

  it('has a man page with every command and flag', () => {
    const page = readFileSync(join(root, 'dist/stint.1'), 'utf8')
    for (const part of ['.TH STINT 1', '.SS stint run', '.SS stint measure', '\\-\\-wall\\-time <time>', '.B 124'])
      assert.ok(page.includes(part), part)
  })
})

describe('whoever imports stint', () => {
  it('loads no file of the command line', () => {
    const loaded = reached(join(root, 'dist/index.js'))
    assert.ok(loaded.has(join(root, 'dist/verdict/judge.js')), 'the walk follows imports')
    assert.deepEqual(
      [...loaded].filter((path) => path.includes('/dist/cli')),
      [],
    )
  })

  it('gets no more packages by it', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    assert.deepEqual(Object.keys(dependencies).sort(), ['acorn', 'bindings', 'eslint-scope'])
    const bundle = readFileSync(cliFile, 'utf8')
    assert.doesNotMatch(bundle, /require\("(commander|cli-progress|d3-[a-z]+)"\)/)
  })
})

/** A compiled module and all that it imports, by import() as well. */
function reached(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found
  found.add(path)
  for (const [, target = ''] of readFileSync(path, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g))
    reached(join(dirname(path), target), found)
  return found
}
