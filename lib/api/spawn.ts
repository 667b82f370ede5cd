// spawnLimited(): apart from the functions, so that the command line loads no more than it needs.
import { parseCommandOptions } from '../options/index.js'
import { resolveLimits } from '../plan/index.js'
import { runCommand } from '../run-command.js'
import type { CommandOptions, LimitedProcess } from '../types.js'
import { CommandHandle } from './command-handle.js'
import { assertPlatform } from './platform.js'
import { traced } from './tracing.js'

/**
 * Runs a program under limits. It starts at once; `outcome` resolves, and never rejects, when nothing of its process tree is
 * left. Exit code 0 is 'Ok', any other exit 'Anything'/'exited' with `exitCode`.
 *
 * @param command a path, or a name that is looked up in PATH as execvp(3) does
 * @throws StintError ERR_STINT_OPTION_* or ERR_STINT_ARGUMENT_VALUE: a bad option or argument; ERR_STINT_PLATFORM: not Linux
 * @see execve(2); a step that fails before the command runs is told as outcome.launch (step, errno)
 */
export function spawnLimited(command: string, args: readonly string[] = [], options?: CommandOptions): LimitedProcess {
  const parsed = parseCommandOptions(options)
  assertPlatform('spawnLimited')
  const context = { target: 'command', name: parsed.name ?? command, limits: resolveLimits(parsed.limits) } as const
  const running = runCommand(parsed, command, args)
  const outcome = traced(context, () => running.outcome)
  return new CommandHandle({ ...running, outcome }, parsed.input)
}
