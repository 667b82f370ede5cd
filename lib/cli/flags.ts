// Options of commands and functions as flags: one table, read by the parser and its shortcut, by stint.json, by the suggestions of
// `stint measure`, and, through the parser, by help, completions and the man page.
import type { StintError } from '../errors.js'
import type { CommandOptions, FunctionOptions } from '../types.js'

/** Names of the options that can be given as text. */
export type FlagName = Exclude<
  keyof CommandOptions & string,
  'signal' | 'env' | 'encoding' | 'logger' | 'stdin' | 'stdout' | 'stderr' | 'input'
>
export type CallFlagName = Exclude<FlagName, 'stopSignal' | 'evidence' | 'outputSize'> | 'isolation'

export interface Flag {
  readonly name: string
  readonly value?: string // what stands for the value in help; none = a switch
  readonly text: string
  readonly choices?: readonly string[]
  /** Of commands, of functions, or of both (the default). */
  readonly only?: 'command' | 'function'
  /** Another spelling, not shown. */
  readonly alias?: string
  /** One letter. */
  readonly short?: string
  /** May be given more than once: its values are gathered. */
  readonly many?: true
}

const limitFlags: readonly (Flag & { readonly name: FlagName | CallFlagName })[] = [
  { name: 'memory', value: 'size', text: 'memory of the whole process tree, such as 512MB or 1GiB' },
  { name: 'cpuTime', value: 'time', text: 'CPU time of the whole tree, such as 10s or 250ms' },
  { name: 'wallTime', value: 'time', text: 'time that passes, such as 30s or 5m' },
  { name: 'processes', value: 'count', text: 'further processes at once, threads not counted' },
  { name: 'gracePeriod', value: 'time', text: 'from the soft stop to SIGKILL (default 0)', alias: '--grace' },
  { name: 'addressSpace', value: 'size', text: "reserved addresses: a size, 'auto' or 'strict'" },
  { name: 'fileSize', value: 'size', text: 'size of any one file it writes' },
  { name: 'openFiles', value: 'count', text: 'highest descriptor number + 1' },
  { name: 'stack', value: 'size', text: 'stack of the main thread' },
  { name: 'coreSize', value: 'size', text: 'size of a core dump' },
  { name: 'outputSize', value: 'size', text: 'bytes kept of each stream with --capture (default 1MiB)', only: 'command' },
  { name: 'resultSize', value: 'size', text: 'serialised size of the value (default 256MiB)', only: 'function' },
  { name: 'stopSignal', value: 'signal', text: 'soft stop, sent to the command itself (default SIGTERM)', only: 'command' },
  {
    name: 'evidence',
    value: 'mode',
    text: 'exact: watch refused allocations and forks, at a cost',
    choices: ['auto', 'exact'],
    only: 'command',
  },
  { name: 'isolation', value: 'mode', text: 'how a function is run', choices: ['auto', 'fork', 'exec'], only: 'function' },
  { name: 'cwd', value: 'folder', text: 'working directory' },
  { name: 'nice', value: 'number', text: 'scheduling priority, -20 to 19' },
  { name: 'uid', value: 'id', text: 'run as this user (for root)' },
  { name: 'gid', value: 'id', text: 'run as this group (for root)' },
  { name: 'noNewPrivs', text: 'set-user-id programs gain nothing' },
  { name: 'name', value: 'text', text: 'names the job in messages and reports' },
]

/** What `stint run` has besides. */
const runFlags: readonly Flag[] = [
  { name: 'capture', text: 'keep the first bytes of its output for the reports' },
  { name: 'report', value: 'file', text: 'write the outcome as JSON' },
  { name: 'junit', value: 'file', text: 'write a JUnit test case' },
  { name: 'plot', value: 'file', text: 'draw its usage over time as SVG' },
  { name: 'config', value: 'file', text: 'profiles of options (default stint.json)' },
  { name: 'profile', value: 'name', text: 'take the options of this profile' },
  { name: 'exitCode', value: 'kind=N', text: 'another exit code for a kind of end', many: true },
  { name: 'quiet', text: 'print nothing of our own', short: '-q' },
]

/** What `stint call` has besides. */
const callFlags: readonly Flag[] = [
  { name: 'args', value: 'json', text: "its arguments as a JSON array (default '[]')" },
  { name: 'report', value: 'file', text: 'write the outcome as JSON' },
  { name: 'quiet', text: 'print nothing but the value', short: '-q' },
]

/** The flags of `stint run` or of `stint call`. */
export function flagsOf(target: 'command' | 'function'): readonly Flag[] {
  return target === 'command' ? [...limitsOf(target), ...runFlags] : [...callFlags, ...limitsOf(target)]
}

/** 'wallTime' as it is written on the command line. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** What a target accepts, by the names of the API: for stint.json. */
export function namesOf(target: 'command' | 'function'): readonly string[] {
  return limitsOf(target).map((flag) => flag.name)
}

/** From what the parser gathered to the library's options: numbers where the text is one. Units are the library's to check. */
export function toOptions(given: Readonly<Record<string, unknown>>, target: 'command'): CommandOptions
export function toOptions(given: Readonly<Record<string, unknown>>, target: 'function'): FunctionOptions
export function toOptions(given: Readonly<Record<string, unknown>>, target: 'command' | 'function'): object {
  // `--no-new-privs` is a negation to the parser, which keeps it as newPrivs: false.
  const all: Record<string, unknown> = { gracePeriod: given.grace, ...given }
  if (given.newPrivs === false) all.noNewPrivs = true
  const names = namesOf(target).filter((name) => all[name] !== undefined)
  return Object.fromEntries(names.map((name) => [name, name === 'name' ? all[name] : plainValue(all[name])]))
}

/** A StintError about an option, in the words of the command line. */
export function misuseText(error: StintError): string {
  const { option, accepted, value } = error
  if (option === undefined || accepted === undefined || !limitFlags.some((flag) => flag.name === option)) return error.message
  return `${flagOf(option)} must be ${accepted}${value === undefined ? '' : `; got ${JSON.stringify(value)}`}.`
}

function limitsOf(target: 'command' | 'function'): readonly Flag[] {
  return limitFlags.filter((flag) => flag.only === undefined || flag.only === target)
}

function plainValue(value: unknown): unknown {
  if (value === 'Infinity') return Number.POSITIVE_INFINITY
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value
}
