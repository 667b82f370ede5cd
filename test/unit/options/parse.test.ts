import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { enforceToFunctionOptions, nearest, parseCommandOptions, parseFunctionOptions } from '#lib/options/index.js'

const functionOptions = (options: object): object => parseFunctionOptions(options)
const commandOptions = (options: object): object => parseCommandOptions(options)

test('a function has its defaults: stdin ignored, output inherited, 1 MiB of output, 256 MiB of result, no grace', () => {
  assert.deepEqual(parseFunctionOptions(), {
    limits: { gracePeriod: 0, outputSize: 1048576, resultSize: 268435456 },
    noNewPrivs: false,
    evidence: 'auto',
    encoding: 'utf8',
    isolation: 'auto',
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'inherit',
    maxQueue: Number.POSITIVE_INFINITY,
  })
})

test('a command has its defaults: stdin ignored, output captured, SIGTERM as soft stop', () => {
  const { stdin, stdout, stderr, stopSignal } = parseCommandOptions({})
  assert.deepEqual([stdin, stdout, stderr, stopSignal], ['ignore', 'capture', 'capture', 'SIGTERM'])
})

test('every limit is parsed to a number', () => {
  const { limits } = parseFunctionOptions({
    memory: '1KiB',
    addressSpace: '2KiB',
    cpuTime: '1s',
    wallTime: 1,
    processes: 0,
    gracePeriod: '5ms',
    fileSize: 0,
    openFiles: 64,
    stack: '8MiB',
    coreSize: 0,
    outputSize: Number.POSITIVE_INFINITY,
    resultSize: Number.POSITIVE_INFINITY,
  })
  assert.deepEqual(limits, {
    memory: 1024,
    addressSpace: 2048,
    cpuTime: 1000,
    wallTime: 1,
    processes: 0,
    gracePeriod: 5,
    fileSize: 0,
    openFiles: 64,
    stack: 8388608,
    coreSize: 0,
    outputSize: Number.POSITIVE_INFINITY,
    resultSize: Number.POSITIVE_INFINITY,
  })
})

test('what is parsed is frozen and does not follow later changes', () => {
  const options = { execArgv: ['--no-warnings'], env: { A: '1' } }
  const parsed = parseFunctionOptions(options)
  options.execArgv.push('-x')
  options.env.A = '2'
  assert.deepEqual([parsed.execArgv, { ...parsed.env }], [['--no-warnings'], { A: '1' }])
  for (const part of [parsed, parsed.limits, parsed.execArgv, parsed.env]) assert.ok(Object.isFrozen(part))
})

const unknown: [string, (options: object) => object, RegExp][] = [
  ['timeout', functionOptions, /did you mean 'wallTime'\?$/],
  ['maxBuffer', commandOptions, /did you mean 'outputSize'\?$/],
  ['resourceLimits', functionOptions, /did you mean 'memory'\?$/],
  ['maxOldGenerationSizeMb', functionOptions, /did you mean 'memory'\?$/],
  ['killSignal', commandOptions, /did you mean 'stopSignal'\?$/],
  ['killSignal', functionOptions, /'stopSignal' is an option of spawnLimited\(\)\.$/],
  ['cancelSignal', functionOptions, /did you mean 'signal'\?$/],
  ['walltime', functionOptions, /did you mean 'wallTime'\?$/],
  ['memroy', commandOptions, /did you mean 'memory'\?$/],
  ['input', functionOptions, /'input' is an option of spawnLimited\(\)\.$/],
  ['concurrency', commandOptions, /'concurrency' is an option of limit\(\) and limitModule\(\)\.$/],
  ['onReport', commandOptions, /'onReport' is an option of limit/],
  ['zzzzzz', functionOptions, /the options are memory, addressSpace, .*onReport\.$/],
  ['constructor', functionOptions, /Unknown option 'constructor'/],
  ['__proto__x', functionOptions, /Unknown option/],
]
for (const [name, parse, message] of unknown) {
  test(`the unknown option ${name} of ${parse === functionOptions ? 'a function' : 'a command'} gets a hint: ${message.source}`, () => {
    assert.throws(() => parse({ [name]: 1 }), { name: 'StintError', code: 'ERR_STINT_OPTION_UNKNOWN', option: name, message })
  })
}

test('an unknown option is refused even when it is undefined', () => {
  assert.throws(() => functionOptions({ timeout: undefined }), { code: 'ERR_STINT_OPTION_UNKNOWN' })
})

const refused: [string, (options: object) => object, object][] = [
  ['wallTime 0', functionOptions, { wallTime: 0 }],
  ['memory 0', functionOptions, { memory: 0 }],
  ['wallTime Infinity', functionOptions, { wallTime: Number.POSITIVE_INFINITY }],
  ['half a process', functionOptions, { processes: 0.5 }],
  ['memory null', functionOptions, { memory: null }],
  ['addressSpace by another word', functionOptions, { addressSpace: 'loose' }],
  ['evidence by another word', commandOptions, { evidence: 'certain' }],
  ['encoding by another word', commandOptions, { encoding: 'latin1' }],
  ['isolation by another word', functionOptions, { isolation: 'thread' }],
  ['a piped stdout of a function', functionOptions, { stdout: 'pipe' }],
  ['a captured stdin', commandOptions, { stdin: 'capture' }],
  ['a negative uid', commandOptions, { uid: -1 }],
  ['the uid that means none', commandOptions, { uid: 4294967295 }],
  ['a gid as text', commandOptions, { gid: '0' }],
  ['nice 20', commandOptions, { nice: 20 }],
  ['noNewPrivs 1', commandOptions, { noNewPrivs: 1 }],
  ['a signal that is none', functionOptions, { signal: {} }],
  ['a signal null', functionOptions, { signal: null }],
  ['an env value that is a number', commandOptions, { env: { A: 1 } }],
  ['an env value with a NUL byte', commandOptions, { env: { A: 'a\0b' } }],
  ["an env name with '='", commandOptions, { env: { 'A=B': 'a' } }],
  ['an env null', commandOptions, { env: null }],
  ['a cwd with a NUL byte', commandOptions, { cwd: '/a\0b' }],
  ['an empty cwd', commandOptions, { cwd: '' }],
  ['a cwd that is a http URL', commandOptions, { cwd: new URL('http://localhost/') }],
  ['a relative from', functionOptions, { from: 'a.js' }],
  ['execArgv as text', functionOptions, { execArgv: '--x' }],
  ['execArgv with a NUL byte', functionOptions, { execArgv: ['--x\0'] }],
  ['concurrency 0', functionOptions, { concurrency: 0 }],
  ['maxQueue -1', functionOptions, { maxQueue: -1 }],
  ['onReport as text', functionOptions, { onReport: 'x' }],
  ['a logger without warn', functionOptions, { logger: { debug() {} } }],
  ['an input that is a number', commandOptions, { input: 1 }],
  ['a stopSignal as a number', commandOptions, { stopSignal: 15 }],
  ['a stopSignal that does not exist', commandOptions, { stopSignal: 'SIGNOPE' }],
  ['an empty name', commandOptions, { name: '' }],
]
for (const [title, parse, options] of refused) {
  test(`${title} is refused`, () => assert.throws(() => parse(options), { name: 'StintError', code: 'ERR_STINT_OPTION_VALUE' }))
}

for (const options of [1, 'x', null, [], new Map(), Object.create({ memory: 1 })]) {
  test(`options that are ${JSON.stringify(options)} (${typeof options}) are refused as a whole`, () => {
    assert.throws(() => functionOptions(options), { code: 'ERR_STINT_OPTION_VALUE', option: 'options' })
  })
}

const conflicts: [string, (options: object) => object, object][] = [
  ['input with an inherited stdin', commandOptions, { input: 'x', stdin: 'inherit' }],
  ['input with an ignored stdin', commandOptions, { input: '', stdin: 'ignore' }],
  ['an address space below the memory', functionOptions, { memory: '2MB', addressSpace: '1MB' }],
  ['a strict address space without memory', functionOptions, { addressSpace: 'strict' }],
]
for (const [title, parse, options] of conflicts) {
  test(`${title} is refused`, () => assert.throws(() => parse(options), { code: 'ERR_STINT_OPTION_CONFLICT' }))
}

test('input makes stdin a pipe and becomes bytes', () => {
  const { input, stdin } = parseCommandOptions({ input: 'é' })
  assert.deepEqual([stdin, [...(input ?? [])]], ['pipe', [0xc3, 0xa9]])
})

test('what fits together is taken: a grace period alone, auto alone, equal memory and address space, a pipe with input', () => {
  parseFunctionOptions({ gracePeriod: '1s' })
  parseFunctionOptions({ addressSpace: 'auto' })
  parseFunctionOptions({ memory: 1, addressSpace: 1 })
  parseCommandOptions({ input: new Uint8Array(), stdin: 'pipe' })
})

test('env drops undefined values, and an empty one stays empty', () => {
  assert.deepEqual({ ...parseCommandOptions({ env: { A: 'x', B: undefined, C: '' } }).env }, { A: 'x', C: '' })
  assert.deepEqual({ ...parseCommandOptions({ env: {} }).env }, {})
})

test('a file URL becomes a path, for cwd and from', () => {
  assert.equal(parseCommandOptions({ cwd: pathToFileURL('/a b/') }).cwd, '/a b/')
  assert.equal(parseFunctionOptions({ from: 'file:///a%20b/c.js' }).from, '/a b/c.js')
})

test('with() keeps what is left out or undefined, and replaces what is given', () => {
  const origin = parseFunctionOptions({ memory: '1MB', wallTime: '1s', name: 'n', stdout: 'capture' })
  const derived = parseFunctionOptions({ wallTime: '2s', memory: undefined, stderr: 'ignore' }, origin)
  assert.deepEqual([derived.limits.memory, derived.limits.wallTime, derived.name], [1e6, 2000, 'n'])
  assert.deepEqual([derived.stdout, derived.stderr, origin.limits.wallTime], ['capture', 'ignore', 1000])
})

test('with() checks the combination that results', () => {
  const origin = parseFunctionOptions({ memory: '1MB', addressSpace: '2MB' })
  assert.throws(() => parseFunctionOptions({ memory: '3MB' }, origin), { code: 'ERR_STINT_OPTION_CONFLICT' })
})

test('a signal from another realm is taken by its shape', () => {
  const signal = { aborted: false, addEventListener() {} }
  assert.equal((functionOptions({ signal }) as { signal: unknown }).signal, signal)
})

test('enforceLimits counts MiB and seconds, and the job among its processes', () => {
  const options = enforceToFunctionOptions({
    memInMb: 64,
    cpuTimeInS: 2,
    wallTimeInS: 3,
    numProcesses: 1,
    gracePeriodInS: 1,
    logger: null,
  })
  const { limits } = parseFunctionOptions(options)
  const { memory, addressSpace, cpuTime, wallTime, processes, gracePeriod } = limits
  assert.deepEqual([memory, addressSpace, cpuTime, wallTime, processes, gracePeriod], [67108864, 'strict', 2000, 3000, 0, 1000])
})

test('enforceLimits sets nothing for null or what is left out', () => {
  const { limits } = parseFunctionOptions(enforceToFunctionOptions({ memInMb: null, numProcesses: null }))
  assert.deepEqual(limits, parseFunctionOptions().limits)
  assert.equal(parseFunctionOptions(enforceToFunctionOptions({ numProcesses: 0 })).limits.processes, 0)
})

test('enforceLimits refuses fractions, texts and names it does not have', () => {
  for (const memInMb of [0, -1, 0.5, '1', Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => enforceToFunctionOptions({ memInMb } as never), { code: 'ERR_STINT_OPTION_VALUE', option: 'memInMb' })
  }
  assert.throws(() => enforceToFunctionOptions({ mem_in_mb: 1 } as never), {
    code: 'ERR_STINT_OPTION_UNKNOWN',
    message: /did you mean 'memInMb'\?$/,
  })
})

test('the nearest name is a slip away, or there is none', () => {
  assert.equal(nearest('resise', ['resize', 'reverse']), 'resize')
  assert.equal(nearest('reszie', ['resize']), 'resize')
  assert.equal(nearest('parse', ['render', 'close']), undefined)
  assert.equal(nearest('x'.repeat(1e6), ['render']), undefined)
})
