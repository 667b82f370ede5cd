// The entry of the `stint` command; scripts/cli-bundle.mjs makes one file of it and all that it needs.
import { type Command, CommanderError } from 'commander'
import type { StintError } from '../errors.js'
import { ownFailure } from './exit-codes.js'
import { misuseText } from './flags.js'
import { makeProgram } from './program.js'
import { say } from './say.js'

/** Sets the exit code; the process ends when nothing is left to do. */
async function main(): Promise<void> {
  const program = makeProgram(process.argv[2])
  for (const command of [program, ...program.commands]) complainLikeUs(command)
  try {
    await program.parseAsync()
  } catch (error) {
    if (!(error instanceof CommanderError)) say(`stint: ${told(error)}`)
    process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : ownFailure
  }
}

function complainLikeUs(command: Command): void {
  command.exitOverride().configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'stint: ')) })
}

function told(error: unknown): string {
  if (error instanceof Error && error.name === 'StintError') return misuseText(error as StintError) // of either bundle
  return error instanceof Error ? error.message : String(error)
}

void main()
