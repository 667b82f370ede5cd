import assert from 'node:assert/strict'
import { mkdirSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Project, pack, project, type Ran, root } from './consumer.js'

const tasks = `export const add = (a, b) => a + b
export function spin() { for (;;); }
`

/** What each way to call it must print. */
const expected = { sum: 3, spin: ['CpuTimeout', 300], source: 42, command: 'hello\n', prebuilt: true }

/** The calls, given a way to get the library and the URL of this file. */
const calls = (url: string) => `
  const { limit, limitModule, spawnLimited, doctor } = stint
  const tasks = limitModule(new URL('./tasks.mjs', ${url}), { cpuTime: '300ms', wallTime: '20s' })
  const sum = await tasks.add(1, 2)
  const spin = await tasks.spin.run()
  const source = await limit((a) => a * 2, { wallTime: '20s' })(21)
  const command = await spawnLimited('sh', ['-c', 'echo hello'], { wallTime: '20s' }).outcome
  const { native } = await doctor()
  await tasks.close()
  console.log(JSON.stringify({
    sum, spin: [spin.kind, spin.limits.cpuTime], source, command: command.stdout, prebuilt: native.addon?.includes('/prebuilds/') ?? native,
  }))
`

const typed = `import { limit, limitModule, spawnLimited, LimitError, StintError, type Outcome } from 'stint'
import { isWorker, limitSignal, onLimit, report } from 'stint/worker'

const tasks = limitModule<typeof import('./tasks.mjs')>(new URL('./tasks.mjs', import.meta.url), { memory: '256MB', cpuTime: 500 })
export const sum: Promise<number> = tasks.add(1, 2)
export const outcome: Promise<Outcome<number>> = tasks.add.run(1, 2)
export const text: Promise<string> = limit((word: string, times: number) => word.repeat(times), { wallTime: '1s' })('a', 3)
export const job = spawnLimited('make', ['-j2'], { processes: 8, stdout: 'pipe' })
export const stop: () => void = onLimit((error: LimitError) => report([error.kind, isWorker, limitSignal.aborted]))

export async function describe(): Promise<string> {
  const ended = await outcome
  if (ended.kind === 'Ok') return ended.value.toFixed(1)
  if (ended.kind === 'Memorylimit') return ended.error.outcome.reason satisfies 'heap' | 'address-space' | 'data' | 'cgroup' | 'tree' | 'thread'
  return ended.error instanceof StintError ? 'never' : ended.kind
}

// @ts-expect-error a string is no number
tasks.add('1', 2)
// @ts-expect-error there is no such export
tasks.subtract(1, 2)
// @ts-expect-error there is no such option
limit(() => 1, { timeout: 5 })
// @ts-expect-error there is no such unit
limit(() => 1, { memory: '5 parsecs' })
`

const typedTasks = `export declare function add(a: number, b: number): number
export declare const version: string
`

describe('an empty project that installed the tarball without scripts and without a compiler', () => {
  let app: Project

  before(() => {
    app = project({ 'tasks.mjs': tasks })
    app.install(pack(app.folder))
  })
  after(() => app.remove())

  it('calls it from an ES module', () => {
    app.write({ 'main.mjs': `import * as stint from 'stint'\n${calls('import.meta.url')}` })
    assertCalls(app.node('main.mjs'))
  })

  it('calls it from CommonJS by require()', () => {
    const body = calls("require('node:url').pathToFileURL(__filename)")
    app.write({ 'main.cjs': `const stint = require('stint')\nasync function main() {${body}}\nmain()\n` })
    assertCalls(app.node('main.cjs'))
  })

  it('calls it from a test under node --test', () => {
    app.write({
      'sum.test.mjs': `import test from 'node:test'
import assert from 'node:assert'
import { limitModule } from 'stint'
const tasks = limitModule(new URL('./tasks.mjs', import.meta.url), { cpuTime: '300ms', wallTime: '20s' })
test('adds', async () => assert.equal(await tasks.add(1, 2), 3))
test('is stopped', async () => assert.equal((await tasks.spin.run()).kind, 'CpuTimeout'))
test.after(() => tasks.close())
`,
    })
    const ran = app.node('--test', '--test-reporter=tap', 'sum.test.mjs')
    assert.equal(ran.status, 0, ran.stdout + ran.stderr)
    assert.match(ran.stdout, /^# pass 2$/m)
  })

  it('has the command line beside it, without its dependencies', () => {
    const ran = app.node('node_modules/stint/dist/cli.cjs', 'run', '--wall-time', '20s', '--', 'sh', '-c', 'echo out; exit 3')
    assert.deepEqual([ran.status, ran.stdout], [3, 'out\n'], ran.stderr)
  })

  for (const [module, moduleResolution] of [
    ['NodeNext', 'NodeNext'],
    ['ESNext', 'Bundler'],
  ]) {
    it(`type-checks strictly with moduleResolution ${moduleResolution}`, () => {
      const types = join(app.folder, 'node_modules/@types')
      mkdirSync(types, { recursive: true })
      link(join(root, 'node_modules/@types/node'), join(types, 'node'))
      link(join(root, 'node_modules/undici-types'), join(app.folder, 'node_modules/undici-types'))
      const compilerOptions = { module, moduleResolution, target: 'ES2022', strict: true, noEmit: true, types: ['node'] }
      const strictest = { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, lib: ['ES2023', 'ESNext.Disposable'] }
      app.write({
        'typed/main.mts': typed,
        'typed/tasks.d.mts': typedTasks,
        'typed/tsconfig.json': JSON.stringify({ compilerOptions: { ...compilerOptions, ...strictest } }),
      })
      const ran = app.node(join(root, 'node_modules/typescript/bin/tsc'), '-p', 'typed')
      assert.equal(ran.status, 0, ran.stdout)
    })
  }

  it('says in one sentence what was tried and how to build where no binary fits', () => {
    const prebuilds = join(app.folder, 'node_modules/stint/prebuilds')
    renameSync(prebuilds, `${prebuilds}.away`)
    try {
      app.write({
        'missing.mjs': `import { doctor, limit } from 'stint'
const { native } = await doctor()
const error = await (async () => limit(() => 1)())().catch((error) => error)
console.log(JSON.stringify({ native, name: error.name, code: error.code, message: error.message }))
`,
      })
      const ran = app.node('missing.mjs')
      assert.equal(ran.status, 0, ran.stderr)
      const { native, name, code, message } = JSON.parse(ran.stdout)
      const sentence =
        /^stint has no native build for linux-\S+ \(build\/Release\/stint\.node: not there; native\/build\/Release\/stint\.node: not there; prebuilds\/\S+: not there\)\. Build one: npm i -D node-gyp node-addon-api && npx node-gyp rebuild -C \S+\/stint\/native$/
      assert.match(native.missing, sentence)
      assert.match(message, sentence)
      assert.equal(name, 'StintError')
      assert.match(code, /^ERR_STINT_/)
    } finally {
      renameSync(`${prebuilds}.away`, prebuilds)
    }
  })
})

function link(target: string, path: string): void {
  try {
    symlinkSync(target, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function assertCalls(ran: Ran): void {
  assert.equal(ran.status, 0, ran.stderr)
  assert.deepEqual(JSON.parse(ran.stdout), expected)
  assert.equal(ran.stderr, '', 'it must print nothing of its own')
}
