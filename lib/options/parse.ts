// From what a user wrote to frozen plain data. Synchronous and pure: misuse throws before any process exists.
import { StintError } from '../errors.js'
import type { CommandOptions, FunctionOptions } from '../types.js'
import { type Check, commandFields, commonFields, functionFields, limitFields } from './fields.js'
import type { LimitName, ParsedCommandOptions, ParsedFunctionOptions, ParsedLimits } from './parsed.js'
import { refuse } from './refuse.js'
import { type Names, refuseUnknown, type Target } from './unknown.js'

const fields = {
  function: { ...limitFields, ...commonFields, ...functionFields },
  command: { ...limitFields, ...commonFields, ...commandFields },
}
const names: Names = { function: Object.keys(fields.function), command: Object.keys(fields.command) }

const defaultLimits: ParsedLimits = { gracePeriod: 0, outputSize: 1024 ** 2, resultSize: 256 * 1024 ** 2 }
const defaultCommon = { noNewPrivs: false, evidence: 'auto', encoding: 'utf8' } as const
const defaultFunction: ParsedFunctionOptions = {
  ...defaultCommon,
  limits: defaultLimits,
  isolation: 'auto',
  stdin: 'ignore',
  stdout: 'inherit',
  stderr: 'inherit',
  maxQueue: Number.POSITIVE_INFINITY,
}
const defaultCommand: ParsedCommandOptions = {
  ...defaultCommon,
  limits: defaultLimits,
  stdin: 'ignore',
  stdout: 'capture',
  stderr: 'capture',
  stopSignal: 'SIGTERM',
}

/**
 * Options of limit() and limitModule(), or of with() when `origin` is given: what is left out (or undefined) then stays
 * as in the origin, so that no limit is lost by accident.
 * @throws StintError ERR_STINT_OPTION_UNKNOWN, ERR_STINT_OPTION_VALUE or ERR_STINT_OPTION_CONFLICT
 */
export function parseFunctionOptions(options?: FunctionOptions, origin = defaultFunction): ParsedFunctionOptions {
  const { limits, rest } = check('function', options)
  return finish({ ...origin, ...rest, limits: { ...origin.limits, ...limits } })
}

/**
 * Options of spawnLimited(). `input` makes stdin a pipe.
 * @throws StintError as parseFunctionOptions
 */
export function parseCommandOptions(options?: CommandOptions): ParsedCommandOptions {
  const { limits, rest } = check('command', options)
  const piped = 'input' in rest && !('stdin' in rest) ? { stdin: 'pipe' as const } : {}
  const parsed: ParsedCommandOptions = { ...defaultCommand, ...piped, ...rest, limits: { ...defaultLimits, ...limits } }
  if (parsed.input && parsed.stdin !== 'pipe') {
    conflict('input', parsed.input, `Option 'input' needs stdin 'pipe' (or none); stdin is '${parsed.stdin}'.`)
  }
  return finish(parsed)
}

interface Checked {
  readonly limits: Partial<ParsedLimits>
  readonly rest: object
}

function check(target: Target, options: unknown = {}): Checked {
  if (!isPlain(options)) return refuse('options', options, 'a plain object')
  const limits: Record<string, unknown> = {}
  const rest: Record<string, unknown> = {}
  const table: Readonly<Record<string, Check<unknown>>> = fields[target]
  for (const [name, value] of Object.entries(options)) {
    const parse = Object.hasOwn(table, name) ? table[name] : undefined
    if (!parse) return refuseUnknown(name, target, names)
    if (value !== undefined) (isLimit(name) ? limits : rest)[name] = parse(name, value)
  }
  return { limits, rest }
}

// Of any realm: its prototype is the last of the chain. Anything else may hide options in its prototype, unread.
function isPlain(options: unknown): options is object {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return false
  const prototype: unknown = Object.getPrototypeOf(options)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function isLimit(name: string): name is LimitName {
  return Object.hasOwn(limitFields, name)
}

function finish<P extends { readonly limits: ParsedLimits }>(parsed: P): P {
  checkAddressSpace(parsed.limits)
  return Object.freeze({ ...parsed, limits: Object.freeze(parsed.limits) })
}

function checkAddressSpace({ memory, addressSpace }: ParsedLimits): void {
  if (addressSpace === 'strict' && memory === undefined) {
    conflict('addressSpace', addressSpace, "Option 'addressSpace' can be 'strict' only where 'memory' is set.")
  }
  if (typeof addressSpace === 'number' && memory !== undefined && addressSpace < memory) {
    conflict(
      'addressSpace',
      addressSpace,
      `Option 'addressSpace' (${addressSpace} bytes) must not be below 'memory' (${memory} bytes).`,
    )
  }
}

function conflict(option: string, value: unknown, message: string): never {
  throw new StintError('ERR_STINT_OPTION_CONFLICT', message, { option, value })
}
