// One table of options per target: the name, and the check that turns what a user gave into its parsed form.
import { constants } from 'node:os'
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CommandExtras, FunctionExtras, Logger, ParsedCommon, ParsedLimits } from './parsed.js'
import { refuse } from './refuse.js'
import { parseDuration, parseInteger, parseSize } from './units.js'

/** Turns a value that is not undefined into its parsed form, or throws StintError ERR_STINT_OPTION_VALUE. */
export type Check<T> = (option: string, value: unknown) => T
/** A check for every member of a parsed form. */
export type Table<P> = { readonly [K in keyof P]-?: Check<NonNullable<P[K]>> }

const size: Check<number> = (option, value) => parseSize(option, value)
const time: Check<number> = (option, value) => parseDuration(option, value)
const count: Check<number> = (option, value) => parseInteger(option, value, { min: 0 })
// The highest id means "leave it as it is" in setresuid(2).
const id: Check<number> = (option, value) => parseInteger(option, value, { min: 0, max: 2 ** 32 - 2 })

export const limitFields: Table<ParsedLimits> = {
  memory: (option, value) => parseSize(option, value, { min: 1 }),
  addressSpace: (option, value) => (value === 'auto' || value === 'strict' ? value : parseSize(option, value, { min: 1 })),
  cpuTime: time,
  wallTime: time,
  processes: count,
  gracePeriod: (option, value) => parseDuration(option, value, 0),
  fileSize: size,
  openFiles: count,
  stack: size,
  coreSize: size,
  outputSize: (option, value) => parseSize(option, value, { infinity: true }),
  resultSize: (option, value) => parseSize(option, value, { infinity: true }),
}

export const commonFields: Table<ParsedCommon> = {
  signal: abortSignal,
  env: environment,
  cwd: (option, value) => path(option, value, "a path or a 'file:' URL"),
  nice: (option, value) => parseInteger(option, value, { min: -20, max: 19 }),
  uid: id,
  gid: id,
  noNewPrivs: (option, value) => (typeof value === 'boolean' ? value : refuse(option, value, 'true or false')),
  evidence: oneOf('auto', 'exact'),
  encoding: oneOf('utf8', 'buffer'),
  logger,
  name: (option, value) => text(option, value, 'text that is not empty'),
}

export const functionFields: Table<FunctionExtras> = {
  isolation: oneOf('auto', 'fork', 'exec'),
  stdin: oneOf('inherit', 'ignore'),
  stdout: oneOf('inherit', 'capture', 'ignore'),
  stderr: oneOf('inherit', 'capture', 'ignore'),
  execArgv: flags,
  concurrency: (option, value) => parseInteger(option, value, { min: 1 }),
  maxQueue: (option, value) => parseInteger(option, value, { min: 0, infinity: true }),
  from: absolutePath,
  onReport: (option, value) => (isFunction<(value: unknown) => void>(value) ? value : refuse(option, value, 'a function')),
}

export const commandFields: Table<CommandExtras> = {
  stdin: oneOf('inherit', 'ignore', 'pipe'),
  stdout: oneOf('inherit', 'capture', 'ignore', 'pipe'),
  stderr: oneOf('inherit', 'capture', 'ignore', 'pipe'),
  input,
  stopSignal: (option, value) => (isSignal(value) ? value : refuse(option, value, "the name of a signal, such as 'SIGTERM'")),
}

function oneOf<const T extends string>(...values: readonly T[]): Check<T> {
  return (option, value) =>
    values.find((known) => known === value) ?? refuse(option, value, values.map((known) => `'${known}'`).join(' or '))
}

function text(option: string, value: unknown, accepted: string): string {
  const fine = typeof value === 'string' && value !== '' && !value.includes('\0')
  return fine ? value : refuse(option, value, `${accepted}, without NUL bytes`)
}

function path(option: string, value: unknown, accepted: string): string {
  if (!(value instanceof URL)) return text(option, value, accepted)
  try {
    return text(option, fileURLToPath(value), accepted)
  } catch (cause) {
    return refuse(option, value, accepted, { cause })
  }
}

function absolutePath(option: string, value: unknown): string {
  const accepted = "an absolute path or a 'file:' URL"
  const resolved = path(option, typeof value === 'string' && value.startsWith('file:') ? asUrl(value) : value, accepted)
  return isAbsolute(resolved) ? resolved : refuse(option, value, accepted)
}

function asUrl(value: string): URL | string {
  return URL.canParse(value) ? new URL(value) : value
}

// By shape, since a test runner's or a bundle's own realm has another AbortSignal.
function abortSignal(option: string, value: unknown): AbortSignal {
  const { aborted, addEventListener } = (value ?? {}) as Partial<AbortSignal>
  const fine = typeof aborted === 'boolean' && isFunction(addEventListener)
  return fine ? (value as AbortSignal) : refuse(option, value, 'an AbortSignal')
}

function environment(option: string, value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return refuse(option, value, 'an object of texts')
  const result: Record<string, string> = Object.create(null)
  for (const [name, entry] of Object.entries(value)) {
    if (entry === undefined) continue
    const fine = typeof entry === 'string' && name !== '' && !/[=\0]/.test(name) && !entry.includes('\0')
    if (!fine) return refuse(`${option}.${name}`, entry, "text without NUL bytes, under a name without '='")
    result[name] = entry
  }
  return Object.freeze(result)
}

function flags(option: string, value: unknown): readonly string[] {
  const fine = Array.isArray(value) && value.every((flag) => typeof flag === 'string' && !flag.includes('\0'))
  return fine ? Object.freeze([...value]) : refuse(option, value, 'an array of texts without NUL bytes')
}

function logger(option: string, value: unknown): Logger {
  const { debug, warn } = (value ?? {}) as Partial<Logger>
  return isFunction(debug) && isFunction(warn)
    ? (value as Logger)
    : refuse(option, value, 'an object with the functions debug and warn')
}

function input(option: string, value: unknown): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value)
  return value instanceof Uint8Array ? value : refuse(option, value, 'text or a Uint8Array')
}

function isSignal(value: unknown): value is NodeJS.Signals {
  return typeof value === 'string' && Object.hasOwn(constants.signals, value)
}

function isFunction<F extends (...args: never[]) => unknown>(value: unknown): value is F {
  return typeof value === 'function'
}
