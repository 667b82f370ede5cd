// What the plan needs to know of the host; passed in, so that the stage stays pure.
import { StintError } from '../errors.js'

/** The host's own `process`, as far as a plan depends on it. */
export interface HostFacts {
  readonly env: NodeJS.ProcessEnv
  readonly execPath: string
  readonly execArgv: readonly string[]
}

/**
 * NAME=value for each variable that has a value, each with a NUL after it: one text, since a list of them takes the native side
 * longer to read than all the rest of a plan. Every look at process.env goes to the C library, so each variable has one.
 */
export function environmentText(env: Readonly<Record<string, string | undefined>>): string {
  let text = ''
  for (const name of Object.keys(env)) {
    const value = env[name]
    if (value === undefined) continue
    if (value.includes('\0')) refuseNul(name)
    text += `${name}=${value}\0`
  }
  return text
}

/** The C library's environment cannot hold one, that of a thread can (node:worker_threads). */
function refuseNul(name: string): never {
  const accepted = 'text without NUL bytes'
  throw new StintError('ERR_STINT_ARGUMENT_VALUE', `The environment variable '${name}' must be ${accepted}.`, {
    option: name,
    accepted,
  })
}
