// One finished run of a command or a function, as every kind of report tells it.
import type { Outcome } from '../types.js'
import { bytesText, durationText, peakOf, processesText } from '../verdict/quantities.js'

/** From this share of the limit on, a peak is called close to it. */
const near = 0.75
/** And from this one on where the job aborted: Node fits its heap to half of a control group's limit. */
const nearForHeap = 0.5

export interface Captured {
  readonly stdout: string
  readonly stderr: string
  readonly truncated?: readonly ('stdout' | 'stderr')[]
}

export interface Account {
  /** As it was given: the command with its arguments, or the module with its function. */
  readonly command: readonly string[]
  /** What --name says. */
  readonly name: string | undefined
  readonly cwd: string
  readonly startedAt: Date
  readonly endedAt: Date
  readonly outcome: Outcome<unknown>
  /** What --capture kept of the streams that were passed on. */
  readonly captured: Captured | undefined
  /** The signal that was passed on to the job and asked for its end. */
  readonly forwarded: NodeJS.Signals | undefined
  /** Refusals of memory were watched for: what is told of them is all there is. */
  readonly exact: boolean
  /** Ours. */
  readonly exitCode: number
}

/** What a person calls the job. */
export function titleOf({ command, name }: Account): string {
  return name ?? command.join(' ')
}

/** Did a limit, stint, or a signal end it? A command that exits by itself has told its own story. */
export function isWorthALine(account: Account): boolean {
  const { outcome, forwarded } = account
  if (outcome.kind === 'Ok' || forwarded !== undefined) return false
  return outcome.reason !== 'exited' || hintOf(account) !== ''
}

/** A command that is refused memory ends in its own way, with its own message: no verdict, but the figures are worth a line. */
function hintOf({ outcome, exact }: Account): string {
  const { kind, signal, usage, limits } = outcome
  if (kind !== 'Anything' || limits.memory === undefined) return ''
  const aborted = signal === 'SIGABRT' || signal === 'SIGTRAP'
  if (peakOf(usage) < limits.memory * (aborted ? nearForHeap : near)) return ''
  const whys = [
    ...(exact ? [] : ['have been refused more (--evidence exact tells)']),
    ...(aborted ? ['have filled a heap that it fits to the limit, as Node does'] : []),
  ]
  const why = whys.length === 0 ? '' : `: it may ${whys.join(', or ')}`
  return ` Its peak of ${peakText(outcome)} was close to its limit memory of ${bytesText(limits.memory)}${why}.`
}

/** One sentence: what ended it, which limit, its value, the usage. */
export function sentenceOf(account: Account): string {
  const { outcome, forwarded } = account
  if (forwarded !== undefined) return `was asked to end by ${forwarded}, which was passed on to it.`
  return outcome.kind === 'Ok' ? 'succeeded.' : `${outcome.error.message}${hintOf(account)}`
}

/** The usage in one line: '1.2 s wall, 0.9 s CPU, 120 MiB, 3 processes'. */
export function usageText(outcome: Outcome<unknown>): string {
  const { wallTime, usage } = outcome
  return `${durationText(wallTime)} wall, ${durationText(usage.cpuTime)} CPU, ${peakText(outcome)}, ${processesText(usage.peakProcesses)}`
}

/** The highest memory of the job, in the unit of its limit: both stand in one sentence or one row. */
export function peakText({ usage, limits }: Outcome<unknown>): string {
  return bytesText(peakOf(usage), limits.memory)
}

/** The line on stderr. */
export function lineOf(account: Account): string {
  const { outcome, exitCode } = account
  const kind = outcome.kind === 'Anything' ? outcome.reason : outcome.kind
  const doubt = outcome.certainty === 'probable' ? ' (probable)' : ''
  return `stint: ${kind}${doubt}: ${sentenceOf(account)} [${usageText(outcome)}; exit code ${exitCode}]`
}
