// One repetition's grade: first whether what was said is true, then whether something is left, then whether it was late.
import type { Ending, Result, Scenario } from './scenario.js'

/** Beyond limit and grace, in milliseconds, on a machine that wakes up at once. */
const WALL_SLACK = 50
/** From the end until the outcome is in hand: cleaning up, one more process to go, and this host's loop has other turns, too. */
const IN_HAND_SLACK = 250
const cpuSlack = (limit: number, reason: string) => (reason === 'worker-clock' ? 5 + limit * 0.01 : 10 + limit * 0.02)
// What was charged while the end was already under way: the kill itself, and the reaping of what it killed.
const CPU_OF_THE_END = 10

export interface Observed {
  readonly ending: Ending
  /** From the call until the ending was in hand. */
  readonly elapsed: number
  /** What was alive when the ending was in hand. */
  readonly left: readonly string[]
  /** Milliseconds that the scheduler may have added. */
  readonly allowance: number
  /** Milliseconds that this host's own loop, which has other turns, may have added until the outcome was in hand. */
  readonly blocked: number
  readonly processors: number
}

export function assess(scenario: Scenario, observed: Observed): Omit<Result, 'scenario'> {
  const untrue = whyUntrue(scenario, observed.ending)
  if (untrue) return { grade: 'wrong', note: untrue }
  if (observed.left.length > 0) return { grade: 'leftover', note: observed.left.join(', ') }
  const late = whyLate(scenario, observed)
  return late ? { grade: 'late', note: late } : { grade: 'right' }
}

function whyUntrue(scenario: Scenario, ending: Ending): string | undefined {
  const { kind, reason, certainty } = ending
  const said = certainty === 'certain' ? `${kind}/${reason}` : `${kind}/${reason}/${certainty}`
  if (!scenario.truth.includes(said as never)) return `${said} instead of ${scenario.truth.join(' or ')}: ${text(ending)}`
  const [earliest = 0] = scenario.wall ?? []
  if (ending.wallTime < earliest) return `ended early, after ${ending.wallTime} of ${earliest} ms`
  const used = ending.usage?.cpuTime ?? 0
  if (scenario.cpu && used < scenario.cpu) return `ended early, with ${used} of ${scenario.cpu} ms of CPU`
  return scenario.check?.(ending)
}

function whyLate({ wall, cpu, byHost }: Scenario, observed: Observed): string | undefined {
  const { ending, allowance, blocked, processors } = observed
  const [, latest = Number.POSITIVE_INFINITY] = wall ?? []
  const inHand = inHandAfter(observed)
  if (ending.wallTime > latest + WALL_SLACK + allowance + (byHost ? blocked : 0))
    return `after ${ms(ending.wallTime)} of ${latest} ms${and(allowance)}`
  if (inHand > latest + IN_HAND_SLACK + allowance + blocked)
    return `in hand after ${ms(inHand)} of ${latest} ms${and(allowance)}, the loop's ${ms(blocked)}`
  const used = ending.usage?.cpuTime ?? 0
  const most = cpu === undefined ? Infinity : cpu + cpuSlack(cpu, ending.reason) + CPU_OF_THE_END + allowance * processors
  return used > most ? `with ${ms(used)} of CPU under ${cpu} ms${and(allowance)}` : undefined
}

/** Until the outcome was in hand, and so the tree gone; 0 where the row itself measures. */
function inHandAfter({ ending: { queueTime, limits }, elapsed }: Observed): number {
  return limits !== undefined && queueTime !== undefined ? elapsed - queueTime : 0
}

function and(allowance: number): string {
  return `, the scheduler's ${ms(allowance)}`
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`
}

function text(ending: Ending): string {
  const error = (ending as { error?: Error }).error
  return `${JSON.stringify(ending).slice(0, 1_500)} ${error?.message ?? ''} ${String(error?.cause ?? '')}`
}
