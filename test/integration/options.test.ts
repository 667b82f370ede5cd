// Misuse is told by a StintError, with a code and the option, before any process starts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CommandOptions, type FunctionOptions, limit, limitModule, StintError, spawnLimited } from 'stint'
import { fixture } from '../support/paths.js'
import { ours } from '../support/processes.js'
import { commandBehaviours } from '../support/suite.js'

type Row = readonly [option: string, values: readonly unknown[]]

const SIZES = ['memory', 'fileSize', 'stack', 'coreSize'] as const
const TIMES = ['cpuTime', 'wallTime', 'gracePeriod'] as const
const NOT_A_NUMBER = [Number.NaN, -1, '-1', '', {}, [], true, null, () => 1]
const NOT_A_SIZE = ['5 parsecs', '5', '1 GB', '1gb', '1Kb', 'GB', '1e3MB', '0x10MB', '1,5MB', '12MB!', ' 1MB']
const NOT_A_TIME = ['5 parsecs', '5', '1 s', '1S', 's', '1min', '2d', '1e3ms']

const both: readonly Row[] = [
  ...SIZES.map((option) => [option, [...NOT_A_NUMBER, Number.POSITIVE_INFINITY, ...NOT_A_SIZE, 1.5]] as const),
  ...TIMES.map((option) => [option, [...NOT_A_NUMBER, Number.POSITIVE_INFINITY, ...NOT_A_TIME]] as const),
  ['outputSize', [...NOT_A_NUMBER, Number.NEGATIVE_INFINITY, ...NOT_A_SIZE]],
  ['addressSpace', [...NOT_A_NUMBER, 'automatic', Number.POSITIVE_INFINITY]],
  ['processes', [...NOT_A_NUMBER, 0.5, '3', Number.POSITIVE_INFINITY]],
  ['openFiles', [...NOT_A_NUMBER, 2.5, '3', Number.POSITIVE_INFINITY]],
  ['signal', [{}, 'SIGTERM', new AbortController()]],
  ['env', ['A=b', 5, { A: 5 }]],
  ['cwd', [5, new URL('https://localhost/'), '']],
  ['nice', [20, -21, 1.5, '5']],
  ['uid', [-1, 1.5, 'root', 2 ** 32]],
  ['gid', [-1, 1.5, 'root']],
  ['noNewPrivs', ['yes', 1]],
  ['evidence', ['sure']],
  ['encoding', ['latin1']],
  ['logger', [{}, 5]],
  ['name', [5]],
  ['stdin', ['capture', 'none']],
  ['stdout', ['none', 1]],
  ['stderr', ['none', 1]],
]
const functionsOnly: readonly Row[] = [
  ['resultSize', [...NOT_A_NUMBER, ...NOT_A_SIZE]],
  ['isolation', ['thread', 1]],
  ['execArgv', ['--flag', [5]]],
  ['concurrency', [0, -1, 1.5, '2', Number.NaN]],
  ['maxQueue', [-1, 1.5, '2', Number.NaN]],
  ['from', [5, 'https://localhost/x.js']],
  ['onReport', ['yes']],
  ['stdout', ['pipe']],
]
const commandsOnly: readonly Row[] = [
  ['input', [5, {}]],
  ['stopSignal', ['SIGNOPE', 9999, '']],
]

function refused(option: string, value: unknown, call: () => unknown): void {
  const shown = `${option}: ${typeof value === 'string' ? `'${value}'` : String(value)}`
  assert.throws(
    call,
    (error: unknown) => {
      assert.ok(error instanceof StintError, `${shown} gave ${error}`)
      assert.match(error.code, /^ERR_STINT_[A-Z_]+$/, shown)
      assert.ok(error.message.includes(option), `${shown}: the message does not name it: ${error.message}`)
      return true
    },
    shown,
  )
}

const asFunction = (options: object) => limit(() => 1, options as FunctionOptions)
const asModule = (options: object) => limitModule(fixture('values'), options as FunctionOptions)
const asCommand = (options: object) => spawnLimited('true', [], options as CommandOptions)

commandBehaviours('options', () => {
  for (const [option, values] of both) {
    test(`a wrong ${option} is refused by functions, modules and commands`, () => {
      const before = ours().length
      for (const value of values)
        for (const call of [asFunction, asModule, asCommand]) refused(option, value, () => call({ [option]: value }))
      assert.equal(ours().length, before, 'no process was started')
    })
  }

  test('options of functions are checked', () => {
    for (const [option, values] of functionsOnly)
      for (const value of values) refused(option, value, () => asFunction({ [option]: value }))
  })

  test('options of commands are checked', () => {
    for (const [option, values] of commandsOnly)
      for (const value of values) refused(option, value, () => asCommand({ [option]: value }))
    for (const option of ['concurrency', 'onReport', 'isolation', 'maxQueue'])
      refused(option, 1, () => asCommand({ [option]: 1 }))
    for (const option of ['input', 'stopSignal']) refused(option, 'SIGTERM', () => asFunction({ [option]: 'SIGTERM' }))
  })

  const hints = {
    timeout: 'wallTime',
    maxBuffer: 'outputSize',
    resourceLimits: 'memory',
    maxOldGenerationSizeMb: 'memory',
    killSignal: 'stopSignal',
    cancelSignal: 'signal',
    walltime: 'wallTime',
    memmory: 'memory',
  }
  test('an unknown option is refused, with a hint where one is known', () => {
    for (const [wrong, right] of Object.entries(hints)) {
      const options = { [wrong]: 1_000 }
      refused(wrong, 1_000, () => asCommand(options))
      assert.throws(() => asCommand(options), new RegExp(`\\b${right}\\b`), wrong)
    }
    refused('somethingElse', 1, () => asFunction({ somethingElse: 1 }))
  })

  test('options that are no object, commands that are no text and arguments that are no list are refused', () => {
    for (const options of [5, 'text', null, [], () => 1]) assert.throws(() => limit(() => 1, options as never), StintError)
    for (const command of [5, '', undefined, null, 'a\0b']) assert.throws(() => spawnLimited(command as never), StintError)
    for (const args of ['text', [5], ['a\0b'], {}]) assert.throws(() => spawnLimited('true', args as never), StintError)
  })

  test('input and stdin contradict each other', () => {
    for (const stdin of ['inherit', 'ignore']) assert.throws(() => asCommand({ input: 'x', stdin }), StintError, stdin)
  })

  test('sizes and times with every unit are resolved to bytes and milliseconds', () => {
    const limits = (options: FunctionOptions) => limit(() => 1, options).limits
    const sizes = { '300MB': 3e8, '1GB': 1e9, '300MiB': 300 * 2 ** 20, '0.5GiB': 2 ** 29, '200000kB': 2e8, '200000000B': 2e8 }
    for (const [memory, bytes] of Object.entries(sizes)) assert.equal(limits({ memory: memory as '1GB' }).memory, bytes, memory)
    const times = { '250ms': 250, '1.5s': 1_500, '2m': 120_000, '1h': 3_600_000 }
    for (const [wallTime, ms] of Object.entries(times))
      assert.equal(limits({ wallTime: wallTime as '1s' }).wallTime, ms, wallTime)
  })

  const refusedFunctions: Record<string, [fn: unknown, message: RegExp]> = {
    'a class': [class A {}, /class/],
    'a generator': [
      function* numbers() {
        yield 1
      },
      /generator/,
    ],
    'a bound function': [function whole() {}.bind(null), /bound|native/],
    'a native function': [Math.max, /native|bound/],
    'a closure': [() => SIZES.length, /SIZES/],
    'this outside of a function': [() => (globalThis as { me?: unknown }).me ?? refused, /refused/],
    'no function': [42, /function/],
  }
  for (const [what, [fn, message]] of Object.entries(refusedFunctions)) {
    test(`${what} is no source function, and the message says why`, () => {
      assert.throws(
        () => limit(fn as () => number),
        (error: unknown) => error instanceof StintError && message.test(error.message),
      )
    })
  }

  test('functions in every notation are source functions', () => {
    const object = {
      method(a: number) {
        return a
      },
      async later() {
        return 1
      },
    }
    for (const fn of [
      (a: number) => a,
      async () => 1,
      function named(a: number): number {
        return a ? named(0) : a
      },
      object.method,
      object.later,
    ]) {
      assert.equal(typeof limit(fn as () => unknown), 'function')
    }
  })
})
