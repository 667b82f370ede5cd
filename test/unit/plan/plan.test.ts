import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { test } from 'node:test'
import { parseCommandOptions, parseFunctionOptions } from '#lib/options/index.js'
import * as plan from '#lib/plan/index.js'
import type { FunctionOptions } from '#lib/types.js'

const facts: plan.HostFacts = { env: { PATH: '/a:/b', X: 'y', Z: undefined }, execPath: '/opt/node', execArgv: [] }
const gibibyte = 1024 ** 3
const limitsOf = (options: FunctionOptions) => plan.nativeLimits(parseFunctionOptions(options).limits)

test('limits that are not set are -1, and grace is 0', () => {
  assert.deepEqual(limitsOf({}), plan.noLimits)
})

test('durations become nanoseconds, sizes stay bytes', () => {
  const limits = limitsOf({
    cpuTime: '1.5s',
    wallTime: 0.5,
    gracePeriod: '20ms',
    fileSize: '1kB',
    stack: 1,
    coreSize: 0,
    openFiles: 9,
    processes: 2,
  })
  assert.deepEqual([limits.cpuNs, limits.wallNs, limits.graceNs], [1.5e9, 5e5, 2e7])
  assert.deepEqual([limits.fileSize, limits.stack, limits.coreSize, limits.openFiles, limits.processes], [1000, 1, 0, 9, 2])
})

const spaces: [string, FunctionOptions, number][] = [
  ['without memory is not set', {}, -1],
  ["without memory stays unset for 'auto'", { addressSpace: 'auto' }, -1],
  ['is memory + 64 GiB by default', { memory: gibibyte }, 65 * gibibyte],
  ["is memory + 64 GiB for 'auto'", { memory: gibibyte, addressSpace: 'auto' }, 65 * gibibyte],
  ["is memory for 'strict'", { memory: gibibyte, addressSpace: 'strict' }, gibibyte],
  ['is itself for a size', { memory: gibibyte, addressSpace: '2GiB' }, 2 * gibibyte],
  ['is itself for a size without memory', { addressSpace: '2GiB' }, 2 * gibibyte],
]
for (const [title, options, bytes] of spaces) {
  test(`the address space ${title}`, () => {
    assert.equal(limitsOf(options).addressSpace, bytes)
    assert.equal(plan.resolveLimits(parseFunctionOptions(options).limits).addressSpace, bytes < 0 ? undefined : bytes)
  })
}

test('resolved limits are numbers, and have only what is set', () => {
  const { limits } = parseFunctionOptions({ memory: 1, wallTime: '1s' })
  assert.deepEqual(plan.resolveLimits(limits), {
    memory: 1,
    addressSpace: 64 * gibibyte + 1,
    wallTime: 1000,
    gracePeriod: 0,
    outputSize: 1024 ** 2,
    resultSize: 256 * 1024 ** 2,
  })
})

test('a command gets its argv, the environment that is set, and absolute limits', () => {
  const options = parseCommandOptions({
    memory: 10,
    stopSignal: 'SIGINT',
    outputSize: Number.POSITIVE_INFINITY,
    evidence: 'exact',
    uid: 5,
  })
  const { command, argv, env, limits, stopSignal, outputSize, exact, uid, gid, cwd, nice } = plan.planCommand(
    options,
    'ls',
    ['-l'],
    facts,
  )
  assert.deepEqual([command, argv, env], [true, ['ls', '-l'], 'PATH=/a:/b\0X=y\0'])
  assert.deepEqual([limits.memory, stopSignal, outputSize, exact, uid, gid, cwd, nice], [10, 2, -1, true, 5, -1, '', 0])
})

test('a plan is frozen', () => {
  const made = plan.planCommand(parseCommandOptions(), 'ls', [], facts)
  for (const part of [made, made.argv, made.env, made.files, made.limits]) assert.ok(Object.isFrozen(part))
})

const lookups: [string, string, NodeJS.ProcessEnv | undefined, string[]][] = [
  ['in each directory of PATH', 'ls', { PATH: '/a:/b' }, ['/a/ls', '/b/ls']],
  ['in the working directory for an empty entry', 'ls', { PATH: ':/b:' }, ['./ls', '/b/ls', './ls']],
  ['in the working directory for an empty PATH', 'ls', { PATH: '' }, ['./ls']],
  ['in /bin and /usr/bin without PATH', 'ls', {}, ['/bin/ls', '/usr/bin/ls']],
  ['in the PATH of the host when there is no env', 'ls', undefined, ['/a/ls', '/b/ls']],
  ['as it is with a slash', './ls', { PATH: '/a' }, ['./ls']],
  ['as it is when absolute', '/x/ls', { PATH: '/a' }, ['/x/ls']],
]
for (const [title, command, env, files] of lookups) {
  test(`a command is looked up ${title}`, () => {
    assert.deepEqual(plan.planCommand(parseCommandOptions({ env }), command, [], facts).files, files)
  })
}

const refused: [string, unknown, unknown][] = [
  ['an empty command', '', []],
  ['a command with a NUL byte', 'a\0b', []],
  ['a command that is no text', 1, []],
  ['an argument with a NUL byte', 'a', ['x', 'y\0z']],
  ['an argument that is no text', 'a', [1]],
  ['arguments that are no array', 'a', 'x'],
]
for (const [title, command, args] of refused) {
  test(`${title} is refused`, () => {
    const make = () => plan.planCommand(parseCommandOptions(), command as string, args as string[], facts)
    assert.throws(make, { name: 'StintError', code: 'ERR_STINT_ARGUMENT_VALUE' })
  })
}

test('a worker is the host`s Node with its flags, and the worker`s entry last', () => {
  const { command, files, argv } = plan.planWorker(parseFunctionOptions(), { ...facts, execArgv: ['--no-warnings'] })
  assert.deepEqual([command, files], [false, ['/opt/node']])
  const own = ['--disable-wasm-trap-handler', '--no-force-async-hooks-checks']
  assert.deepEqual(argv.slice(0, 4), ['/opt/node', ...own, '--no-warnings'])
  assert.match(argv[4] ?? '', /\/worker\/main\.js$/)
  assert.equal(argv.length, 5)
})

test('a worker starts without limits, but for processes', () => {
  const { limits } = plan.planWorker(parseFunctionOptions({ memory: 1e9, processes: 3, cpuTime: 5 }), facts)
  assert.deepEqual(limits, { ...plan.noLimits, processes: 3 })
})

test('under a small memory limit V8 gets a small young generation, where the user did not choose one', () => {
  const size = (memory?: number, execArgv: string[] = [], env: NodeJS.ProcessEnv = {}) =>
    plan.planWorker(parseFunctionOptions({ memory, execArgv }), { ...facts, env }).argv.filter((flag) => flag.includes('semi'))
  assert.deepEqual(size(), [])
  assert.deepEqual(size(1e9), [])
  assert.deepEqual(size(64 * 1024 ** 2), ['--max-semi-space-size=4'])
  assert.deepEqual(size(1000), ['--max-semi-space-size=1'])
  assert.equal(size(64 * 1024 ** 2, ['--max-semi-space-size=8']).at(-1), '--max-semi-space-size=8') // V8 takes the last
  assert.deepEqual(size(64 * 1024 ** 2, [], { NODE_OPTIONS: '--max-semi-space-size=8' }), [])
})

test('execArgv replaces the host`s flags, and is stripped as well', () => {
  const { argv } = plan.planWorker(parseFunctionOptions({ execArgv: ['--inspect', '--expose-gc'] }), {
    ...facts,
    execArgv: ['--x'],
  })
  assert.deepEqual(argv.slice(3, -1), ['--expose-gc'])
})

test('a worker knows how deep it is nested, whatever env says', () => {
  const depth = (env: NodeJS.ProcessEnv, own?: NodeJS.ProcessEnv) =>
    plan.planWorker(parseFunctionOptions({ env: own }), { ...facts, env }).env.split('\0')
  assert.ok(depth({}).includes('STINT_DEPTH=1'))
  assert.ok(depth({ STINT_DEPTH: '1' }, { STINT_DEPTH: '0', A: 'b' }).includes('STINT_DEPTH=2'))
  assert.ok(depth({ STINT_DEPTH: 'x' }).includes('STINT_DEPTH=1'))
  assert.throws(() => depth({ STINT_DEPTH: '16' }), { code: 'ERR_STINT_DEPTH' })
})

const flags: [string, string[], string[]][] = [
  ['--inspect with a port', ['--inspect=9229', '--a'], ['--a']],
  ['--inspect-brk', ['--inspect-brk', '--a'], ['--a']],
  ['--inspect-port and its value', ['--inspect-port', '0', '--a'], ['--a']],
  ['-e and its code', ['-e', 'x()', '--a'], ['--a']],
  ['--eval=', ['--eval=x()', '--a'], ['--a']],
  ['-p and its code', ['-p', '1', '--a'], ['--a']],
  ['-p without code', ['-p', '--a'], ['--a']],
  ['-pe and its code', ['-pe', '1'], []],
  ['--test and a reporter', ['--test', '--test-reporter', 'spec', '--test-only', '--a'], ['--a']],
  ['--test_name_pattern=', ['--test_name_pattern=x'], []],
  ['test coverage', ['--experimental-test-coverage', '--a'], ['--a']],
  ['--watch and a path', ['--watch-path', 'lib', '--watch'], []],
  ['--input-type and its value', ['--input-type', 'module', '--input-type=module'], []],
  [
    'nothing of the others',
    ['--require', './x.js', '--import=tsx', '-r', 'y', '--env-file=e'],
    ['--require', './x.js', '--import=tsx', '-r', 'y', '--env-file=e'],
  ],
]
for (const [title, given, kept] of flags) {
  test(`a worker's flags lose ${title}`, () => assert.deepEqual(plan.stripFlags(given), kept))
}

const nodeOptions: [string, string][] = [
  ['--inspect=0 --no-warnings', '--no-warnings'],
  ['--require "./my file.js"', '--require "./my file.js"'],
  ['--require "./my \\"file\\".js"  --test', '--require "./my \\"file\\".js"'],
  ['--test-reporter "my reporter" --a', '--a'],
  ['--inspect', ''],
  ['', ''],
]
for (const [given, kept] of nodeOptions) {
  test(`NODE_OPTIONS '${given}' becomes '${kept}'`, () => {
    assert.equal(plan.stripNodeOptions(given), kept)
    assert.ok(
      plan.planWorker(parseFunctionOptions({ env: { NODE_OPTIONS: given } }), facts).env.includes(`NODE_OPTIONS=${kept}\0`),
    )
  })
}

test('a command keeps NODE_OPTIONS as it is', () => {
  assert.ok(
    plan
      .planCommand(parseCommandOptions({ env: { NODE_OPTIONS: '--test' } }), 'x', [], facts)
      .env.includes('NODE_OPTIONS=--test\0'),
  )
})

test('a variable with a NUL, which the environment of a thread may hold, is refused by name', () => {
  const nul = { ...facts, env: { X: 'y\0Z=1' } }
  const refusal = { code: 'ERR_STINT_ARGUMENT_VALUE', message: /'X'/ }
  assert.throws(() => plan.planCommand(parseCommandOptions(), 'x', [], nul), refusal)
  assert.throws(() => plan.planWorker(parseFunctionOptions(), nul), refusal)
})

test('signals have their usual names, both ways', () => {
  for (const number of Object.values(constants.signals)) {
    const name = plan.signalName(number)
    assert.equal(name && plan.signalNumber(name), number)
  }
  assert.deepEqual([6, 0, 32, 36, 99].map(plan.signalName), ['SIGABRT', null, 'SIG32', 'SIGRTMIN+2', null])
})

test('steps have the names and the order of native/support/wire.h', () => {
  const wire = readFileSync('native/support/wire.h', 'utf8')
  const [, body = ''] = /enum class Step[^{]*\{([^}]*)\}/.exec(wire) ?? []
  const names = [...body.matchAll(/k([A-Z]\w*)/g)].map(([, name = '']) => name.replace(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase())
  assert.deepEqual(
    names.map((_, step) => plan.stepName(step)),
    names,
  )
  assert.equal(plan.stepName(999), 'step 999')
})
