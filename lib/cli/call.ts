// `stint call`: one exported function under limits, its value as JSON on stdout.
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { StintError } from '../errors.js'
import { limitModule } from '../index.js'
import { jsonSafe } from '../json-safe.js'
import type { FunctionOptions, Limited, Outcome } from '../types.js'
import { isWorthALine, lineOf } from './account.js'
import { exitCodeOf } from './exit-codes.js'
import { toOptions } from './flags.js'
import { say } from './say.js'

type Exports = Readonly<Record<string, Limited<unknown[], unknown> | undefined>>

/** Calls `module#function` and sets the exit code of this process: 0, 1 where it threw, or that of the limit. */
export async function call(target: string, given: Readonly<Record<string, unknown>>): Promise<void> {
  const { url, name } = parseTarget(target)
  const args = parseArguments(String(given.args ?? '[]'))
  const startedAt = new Date()
  const options = toOptions(given, 'function')
  const outcome = await callOnce(url, name, { args, options })
  const exitCode = exitCodeOf(outcome)
  const account = {
    command: [target, ...args.map((argument) => JSON.stringify(argument))],
    name: options.name,
    cwd: process.cwd(),
    startedAt,
    endedAt: new Date(),
    outcome,
    captured: undefined,
    forwarded: undefined,
    exact: true, // the worker's probe sees every refusal
    exitCode,
  }
  if (outcome.kind === 'Ok') process.stdout.write(`${JSON.stringify(jsonSafe(outcome.value ?? null), undefined, 2)}\n`)
  else if (given.quiet !== true)
    process.stderr.write(`${isWorthALine(account) ? lineOf(account) : `stint: ${outcome.error.message}`}\n`)
  if (given.report !== undefined) await report(account, String(given.report))
  process.exitCode = exitCode
}

interface Call {
  readonly args: readonly unknown[]
  readonly options: FunctionOptions
}

async function callOnce(url: URL, name: string, { args, options }: Call): Promise<Outcome<unknown>> {
  const tasks = limitModule(url, { ...options, concurrency: 1 })
  try {
    const limited = (tasks as unknown as Exports)[name]
    if (limited === undefined) throw new StintError('ERR_STINT_ARGUMENT_VALUE', `An export named '${name}' cannot be called.`)
    return await limited.run(...args)
  } finally {
    await tasks.close()
  }
}

async function report(account: Parameters<typeof lineOf>[0], file: string): Promise<void> {
  const { writeReports } = await import('./reports.js')
  for (const problem of writeReports(account, { report: file }, {})) say(`stint: ${problem}`)
}

/** './tasks.js#resize'; without '#' the default export. */
function parseTarget(target: string): { readonly url: URL; readonly name: string } {
  const at = target.lastIndexOf('#')
  const [module, name] = at < 0 ? [target, 'default'] : [target.slice(0, at), target.slice(at + 1) || 'default']
  return { url: module.startsWith('file:') ? new URL(module) : pathToFileURL(resolve(module)), name }
}

function parseArguments(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text)
    if (Array.isArray(value)) return value
  } catch {}
  throw new StintError('ERR_STINT_ARGUMENT_VALUE', `--args must be a JSON array, such as '["photo.jpg", 640]'; got '${text}'.`)
}
