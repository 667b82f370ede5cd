// Exit codes of `stint run` and `stint call`: one table, shown by the help and the man page, changed by --exit-code.
import { constants } from 'node:os'
import { StintError } from '../errors.js'
import { nearest } from '../options/index.js'
import type { Outcome } from '../types.js'

interface Row {
  /** As --exit-code takes it. */
  readonly name: string
  /** The kind or reason of the API, taken as well. */
  readonly api: string
  readonly code: number
  readonly text: string
}

/** The documented codes. 124, 125, 126 and 127 are GNU timeout's; 137 and 152 are what SIGKILL and SIGXCPU would look like. */
export const exitCodeRows: readonly Row[] = [
  { name: 'wall', api: 'Timeout', code: 124, text: 'the wall time was used up' },
  { name: 'cpu', api: 'CpuTimeout', code: 152, text: 'the CPU time was used up' },
  { name: 'memory', api: 'Memorylimit', code: 137, text: 'the memory limit was reached' },
  { name: 'processes', api: 'Subprocess', code: 123, text: 'a process too many was asked for' },
  { name: 'not-found', api: 'launch-failed', code: 127, text: 'there is no such command' },
  { name: 'not-started', api: 'launch-failed', code: 126, text: 'the command could not be started' },
  { name: 'stint', api: 'lost', code: 125, text: 'stint itself failed, or was used wrongly' },
]

/** Codes by the row's name. */
export type ExitCodes = Readonly<Record<string, number>>
const standard: ExitCodes = Object.fromEntries(exitCodeRows.map(({ name, code }) => [name, code]))

/** Misuse of stint, and its own failures. */
export const ownFailure = 125

/**
 * Reads one `kind=N` of --exit-code.
 * @throws StintError ERR_STINT_OPTION_VALUE
 */
export function withExitCode(text: string, before: ExitCodes = {}): ExitCodes {
  const [, kind = '', digits = ''] = /^([A-Za-z-]+)=(\d+)$/.exec(text) ?? []
  const rows = exitCodeRows.filter(({ name, api }) => name === kind || api === kind)
  const code = Number(digits)
  if (rows.length === 0 || digits === '' || code > 255) throw refusal(text, kind)
  return { ...before, ...Object.fromEntries(rows.map(({ name }) => [name, code])) }
}

/** The code that the shell sees; `changed` holds what --exit-code changed. */
export function exitCodeOf(outcome: Outcome<unknown>, changed: ExitCodes = {}): number {
  const codes = { ...standard, ...changed }
  if (outcome.kind === 'Ok') return 0
  const row = exitCodeRows.find(({ api }) => api === outcome.kind)
  if (row) return codes[row.name] ?? row.code
  if (outcome.reason === 'launch-failed') return codes[notFound(outcome) ? 'not-found' : 'not-started'] ?? ownFailure
  if (outcome.reason === 'exited') return outcome.exitCode ?? ownFailure
  if (outcome.signal !== null) return codeOfSignal(outcome.signal)
  return outcome.reason === 'lost' ? (codes.stint ?? ownFailure) : 1
}

/** As shells tell it. */
export function codeOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal]
}

function notFound({ launch }: Outcome<unknown>): boolean {
  return launch?.step === 'exec' && launch.code === 'ENOENT'
}

function refusal(text: string, kind: string): StintError {
  const names = exitCodeRows.map(({ name }) => name)
  const meant = nearest(kind, names)
  const accepted = `kind=N with a code from 0 to 255 and a kind of ${names.join(', ')}`
  const hint = meant === undefined || meant === kind ? '' : ` Did you mean '${meant}'?`
  return new StintError('ERR_STINT_OPTION_VALUE', `--exit-code must be ${accepted}; got '${text}'.${hint}`, { value: text })
}
