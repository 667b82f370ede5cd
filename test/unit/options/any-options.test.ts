// Whatever is given as options: frozen plain data, or a StintError that names the option. Seeded: STINT_SEED repeats a run.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StintError } from '#lib/errors.js'
import { enforceToFunctionOptions, parseCommandOptions, parseFunctionOptions } from '#lib/options/index.js'
import { nativeLimits, planCommand, planWorker } from '#lib/plan/index.js'
import { cases, drawn, fractions, seed } from '../../support/random.js'

const names = [
  ...['memory', 'addressSpace', 'cpuTime', 'wallTime', 'processes', 'gracePeriod', 'fileSize', 'openFiles', 'stack', 'coreSize'],
  ...[
    'outputSize',
    'resultSize',
    'signal',
    'env',
    'cwd',
    'nice',
    'uid',
    'gid',
    'noNewPrivs',
    'evidence',
    'encoding',
    'logger',
    'name',
  ],
  ...['isolation', 'stdin', 'stdout', 'stderr', 'execArgv', 'concurrency', 'maxQueue', 'from', 'onReport', 'input', 'stopSignal'],
  ...['timeout', 'memInMb', 'numProcesses', 'toString', '', 'x\0y'],
]
const values: unknown[] = [
  ...[undefined, null, true, 0, 1, -1, 19, 0.5, 64, 1e6, 1e12, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, 1n, Symbol('s')],
  ...[
    '',
    '1',
    '512MiB',
    '1.5GB',
    '1.1kB',
    '250ms',
    '1h',
    '1.0000001s',
    '5 parsecs',
    '1e3MB',
    '\0',
    'a\0b',
    'auto',
    'strict',
    'exact',
  ],
  ...[
    'inherit',
    'ignore',
    'capture',
    'pipe',
    'SIGINT',
    'utf8',
    '/tmp',
    'file:///tmp/x',
    'file://host/x',
    'http://h/',
    'constructor',
  ],
  ...[
    [],
    ['--x'],
    [1],
    {},
    { A: 'b' },
    { A: undefined },
    new Map(),
    new URL('file:///tmp'),
    new URL('data:,x'),
    new Uint8Array(2),
  ],
  ...[() => 1, console, AbortSignal.abort(), new Date(Number.NaN), Object.create(null), new Proxy({}, {})],
]
const facts = { env: { PATH: '/bin' }, execPath: '/node', execArgv: [] }
const parsers = [
  (options: object) => {
    const parsed = parseFunctionOptions(options)
    planWorker(parsed, facts)
    return parsed
  },
  (options: object) => {
    const parsed = parseCommandOptions(options)
    planCommand(parsed, 'ls', [], facts)
    return parsed
  },
  (options: object) => parseFunctionOptions(enforceToFunctionOptions(options)),
]

const count = cases(10_000)
test(drawn('any options are parsed to numbers or refused with a StintError that names the option', count), () => {
  const random = fractions(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  let accepted = 0
  for (let made = 0; made < count; made++) {
    const options = Object.fromEntries(Array.from({ length: Math.floor(random() * 4) }, () => [pick(names), pick(values)]))
    try {
      const parsed = pick(parsers)(options)
      accepted++
      assert.ok(Object.isFrozen(parsed) && Object.isFrozen(parsed.limits))
      for (const limit of Object.values(nativeLimits(parsed.limits)))
        assert.ok(Number.isInteger(limit) && limit >= -1 && limit < 2 ** 63)
    } catch (error) {
      assert.ok(error instanceof StintError, String(error))
      assert.match(error.code, /^ERR_STINT_OPTION_(UNKNOWN|VALUE|CONFLICT)$/)
      assert.equal(typeof error.option, 'string')
    }
  }
  assert.ok(accepted > 500, `${accepted} were accepted`)
})
