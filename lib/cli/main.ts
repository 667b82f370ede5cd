// The `stint` command; scripts/cli-bundle.mjs makes two files of it and all that it needs.
import type { StintError } from '../errors.js'
import { ownFailure } from './exit-codes.js'
import { misuseText } from './flags.js'
import { readRun } from './read-run.js'
import { run } from './run.js' // not by import(): the bundle would wrap its modules, and V8 parse them twice
import { say } from './say.js'

/** Sets the exit code; the process ends when nothing is left to do. */
async function main(words: readonly string[]): Promise<void> {
  const line = readRun(words)
  try {
    if (line === undefined) await (await import('./parse-line.js')).parseLine(words)
    else await run(line.command, line.given)
  } catch (error) {
    say(`stint: ${told(error)}`)
    process.exitCode = ownFailure
  }
}

function told(error: unknown): string {
  if (error instanceof Error && error.name === 'StintError') return misuseText(error as StintError) // of either bundle
  return error instanceof Error ? error.message : String(error)
}

void main(process.argv.slice(2))
