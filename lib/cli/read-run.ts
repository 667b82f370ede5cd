// The usual `stint run` line, read without the parser: its code alone would cost as much start-up as all the rest of a run. Whatever
// is not plain here (help, a mistake, a value that looks like a flag) is the parser's, which explains it; on the rest both agree.
import { type Flag, flagOf, flagsOf } from './flags.js'
import type { Profile } from './profiles.js'

export interface RunLine {
  readonly command: readonly string[]
  readonly given: Profile
}

/**
 * @param words after `stint`
 * @returns what the parser would gather, or undefined where the parser is to have a look itself
 */
export function readRun([name, ...words]: readonly string[]): RunLine | undefined {
  if (name !== 'run') return undefined
  const flags = spellings()
  const given: Record<string, unknown> = {}
  let at = 0
  for (let word = words[at]; word?.startsWith('-') && word !== '--'; word = words[at]) {
    const equals = word.indexOf('=')
    const flag = flags.get(equals < 0 ? word : word.slice(0, equals))
    if (flag === undefined || !take(given, flag, equals < 0 ? words[at + 1] : word.slice(equals + 1), equals >= 0))
      return undefined
    at += flag.value === undefined || equals >= 0 ? 1 : 2
  }
  const command = words.slice(words[at] === '--' ? at + 1 : at)
  return command.length === 0 ? undefined : { command, given }
}

interface Spelled extends Flag {
  /** Under which the parser keeps it. */
  readonly key: string
}

function spellings(): Map<string, Spelled> {
  const known = new Map<string, Spelled>()
  for (const flag of flagsOf('command')) {
    if (flag.name === 'noNewPrivs') continue // to the parser a negation, under a name of its own
    known.set(flagOf(flag.name), { ...flag, key: flag.name })
    if (flag.alias) known.set(flag.alias, { ...flag, key: flag.alias.slice(2) })
    if (flag.short) known.set(flag.short, { ...flag, key: flag.name })
  }
  return known
}

/** False where the value is missing, or strange. */
function take(
  given: Record<string, unknown>,
  { key, value, choices, many }: Spelled,
  text: string | undefined,
  joined: boolean,
): boolean {
  if (value === undefined) {
    given[key] = true
    return !joined
  }
  if (text === undefined || text === '' || text.startsWith('-')) return false
  if (choices !== undefined && !choices.includes(text)) return false
  given[key] = many ? [...((given[key] as string[] | undefined) ?? []), text] : text
  return true
}
