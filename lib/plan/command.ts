// The plan of a command.
import { StintError } from '../errors.js'
import type { ParsedCommandOptions } from '../options/parsed.js'
import { environmentText, type HostFacts } from './facts.js'
import { nativeLimits } from './limits.js'
import { candidateFiles } from './path.js'
import { commonPlan, type Plan } from './plan.js'
import { signalNumber } from './signals.js'

/**
 * All that is needed to start a command. Its environment is the host's or the option's, untouched.
 * @throws StintError ERR_STINT_ARGUMENT_VALUE when command or args are no texts, empty (command), or hold NUL bytes
 */
export function planCommand(options: ParsedCommandOptions, command: string, args: readonly string[], facts: HostFacts): Plan {
  checkCommand(command, args)
  const env = options.env ?? facts.env
  return Object.freeze({
    ...commonPlan(options),
    command: true,
    files: Object.freeze(candidateFiles(command, env)),
    argv: Object.freeze([command, ...args]),
    env: environmentText(env),
    limits: nativeLimits(options.limits),
    stopSignal: signalNumber(options.stopSignal),
  } satisfies Plan)
}

function checkCommand(command: unknown, args: unknown): void {
  if (!isArgument(command) || command === '') refuse('command', command, 'text that is not empty, without NUL bytes')
  if (!Array.isArray(args)) refuse('args', args, 'an array of texts')
  const wrong = args.findIndex((arg) => !isArgument(arg))
  if (wrong >= 0) refuse(`args[${wrong}]`, args[wrong], 'text without NUL bytes')
}

// The kernel's strings end at the first NUL (execve(2)): what follows would be lost without a word.
function isArgument(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0')
}

function refuse(option: string, value: unknown, accepted: string): never {
  const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : typeof value
  throw new StintError('ERR_STINT_ARGUMENT_VALUE', `'${option}' must be ${accepted}; got ${shown}.`, { option, value, accepted })
}
