// What a row of the campaign is: something that really happens to people, and the truthful answer to it.
import type { CommandOptions, FunctionOptions } from 'stint'
import type { Random } from '../support/random.js'

export type Isolation = 'exec' | 'fork'

/** The calls of the library as a row makes them; what stays open is closed by the runner. */
export interface Kit {
  readonly isolation: Isolation
  readonly random: Random
  /** A folder of this runner's own. */
  readonly folder: string
  /** In the environment of everything that the job starts. */
  readonly mark: string
  /** Calls an export of a module in test/fixtures. */
  call(fixture: string, name: string, args?: readonly unknown[], options?: FunctionOptions): Promise<Ending>
  command(file: string, args?: readonly string[], options?: CommandOptions): Promise<Ending>
}

/** How something ended: an outcome, or what a row has seen of a host of its own. */
export interface Ending {
  readonly kind: string
  readonly reason: string
  readonly certainty: string
  readonly wallTime: number
  /** Of an outcome. */
  readonly queueTime?: number
  readonly overLimit?: readonly string[]
  readonly limits?: object
  readonly usage?: { readonly cpuTime: number }
  readonly exitCode?: number | null
  readonly signal?: string | null
  readonly stdout?: string | Uint8Array
  readonly truncated?: readonly string[]
  readonly value?: unknown
  readonly partial?: unknown
  readonly where?: string
}

/** `kind/reason`, or `kind/reason/probable`. */
export type Truth = `${string}/${string}`

export interface Scenario {
  readonly name: string
  /** Outcomes that are true; most rows have one. */
  readonly truth: readonly Truth[]
  /** Milliseconds of wall time: it ends neither before the first nor after the second. */
  readonly wall?: readonly [earliest: number, latest: number]
  /** Milliseconds of CPU time at which the limit stands. */
  readonly cpu?: number
  /** Has nothing to do with isolation, such as a command: it is not repeated for each. */
  readonly once?: true
  /** What the other isolation does not have. */
  readonly only?: Isolation
  /** The host itself ends it, by its loop, which has other turns. */
  readonly byHost?: true
  /** It stops or kills what others of its host need, so it has the host for itself. */
  readonly alone?: true
  /** What else is wrong with an outcome of a right kind. */
  readonly check?: (ending: Ending) => string | undefined
  run(kit: Kit): Promise<Ending>
}

/** Repetitions fall into one of these. */
export type Grade = 'right' | 'wrong' | 'late' | 'leftover'

export interface Result {
  readonly scenario: string
  readonly grade: Grade
  /** What was seen, where it was not right. */
  readonly note?: string
}

/** What a runner is told. */
export interface Order {
  readonly seed: number
  readonly first: number // number of the first repetition
  readonly step: number // to the next one
  readonly repetitions: number
  readonly until: number // Date.now() at which no further turn begins
  readonly rows: readonly string[] // names, or parts of them; none = all
  readonly isolations: readonly Isolation[]
  readonly loads: readonly Load[]
  /** Turns at once while the cores are loaded; while they are idle, one for each core at most. */
  readonly lanes: number
  /** The rows that want their host for themselves, or all others. */
  readonly alone: boolean
}
export type Load = 'idle' | 'loaded'

/** What a runner says of each turn. */
export interface Line extends Result {
  readonly isolation: Isolation | '-'
  readonly repetition: number
  readonly load: Load
}

/** What is looked at once a pass, after so many repetitions of every row. */
export const PASS = { name: 'what the host holds after each pass', repetitions: 8 } as const
