// A command line that wants the parser: every command but the usual `stint run`, help, and mistakes.
import { type Command, CommanderError } from 'commander'
import { ownFailure } from './exit-codes.js'
import { makeProgram } from './program.js'

/** Does what the line asks for. Sets the exit code; what the parser refuses, it has told. */
export async function parseLine(words: readonly string[]): Promise<void> {
  const program = makeProgram(words[0])
  for (const command of [program, ...program.commands]) complainLikeUs(command)
  try {
    await program.parseAsync(words, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    process.exitCode = error.exitCode === 0 ? 0 : ownFailure
  }
}

function complainLikeUs(command: Command): void {
  command.exitOverride().configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'stint: ')) })
}
