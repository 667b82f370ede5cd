// `stint measure`: runs a command without limits, watches it, and suggests limits.
import { spawnLimited } from '../api/spawn.js'
import { StintError } from '../errors.js'
import type { Outcome } from '../types.js'
import { bytesText, durationText } from '../verdict/quantities.js'
import { exitCodeOf } from './exit-codes.js'
import { endBy, forwardSignals } from './forward-signals.js'
import { watch } from './monitor.js'
import type { Figure } from './plot/figure.js'
import type { Sample } from './process-tree.js'
import type { Profile } from './profiles.js'
import { say } from './say.js'
import { asFlags, asTypeScript, type Figures, suggest, timeFactor } from './suggest.js'
import { type Moment, Timeline } from './timeline.js'
import { version } from './version.js'

const patience = 2000

interface Run {
  readonly outcome: Outcome<undefined>
  readonly moments: readonly Moment[]
  readonly figures: Figures
  readonly forwarded: NodeJS.Signals | undefined
}

/** Runs the command as often as asked for, prints what it used and the limits that fit. Stops at the first run that fails. */
export async function measure(command: readonly string[], given: Profile): Promise<void> {
  const count = numberOf('--runs', given.runs, 1)
  const margin = numberOf('--margin', given.margin, 1)
  if (!Number.isInteger(count)) throw new StintError('ERR_STINT_OPTION_VALUE', `--runs must be a whole number; got ${count}.`)
  const runs: Run[] = []
  for (let index = 0; index < count; index++) {
    const run = await runOnce(command, given.json === true)
    if (run.forwarded !== undefined) return endBy(run.forwarded)
    if (run.outcome.reason === 'launch-failed') return fail(run)
    runs.push(run)
    if (run.outcome.kind !== 'Ok') break
  }
  await print(command, runs, { ...given, margin })
  const last = runs.at(-1)
  if (last !== undefined && last.outcome.kind !== 'Ok') fail(last)
}

function fail({ outcome }: Run): void {
  if (outcome.kind !== 'Ok') say(`stint: ${outcome.error.message} Limits that fit a failed run may not fit one that succeeds.`)
  process.exitCode = exitCodeOf(outcome)
}

/** No limits in practice, but they have the keeper count every fork and every page: samples miss what is soon gone. */
const counted = { processes: 1_000_000, memory: 2 ** 50 }

/** Its stdout is ours; with --json, which goes there, it is our stderr. */
async function runOnce([file = '', ...args]: readonly string[], json: boolean): Promise<Run> {
  const timeline = new Timeline()
  const stdio = { stdin: 'inherit', stdout: json ? 'pipe' : 'inherit', stderr: 'inherit' } as const
  const startedAt = new Date()
  const forwarding = forwardSignals(() => spawnLimited(file, args, { ...stdio, ...counted }), patience)
  const { job } = forwarding
  job.stdout?.pipe(process.stderr, { end: false })
  const stop = watch({ job, startedAt }, timeline)
  const outcome = await job.outcome
  stop()
  forwarding.stop()
  const figures = figuresOf(outcome, timeline.peak())
  return { outcome, moments: timeline.moments, figures, forwarded: forwarding.ending }
}

/** The keeper's figures, its own process's exact peak among them. Samples add what the kernel keeps no peak of: data segments. */
function figuresOf({ usage, wallTime }: Outcome<undefined>, sampled: Sample): Figures {
  const memory = Math.max(usage.peakTreeMemory ?? 0, usage.peakMemory, sampled.memory)
  return {
    memory,
    data: Math.max(sampled.data, memory),
    cpuTime: usage.cpuTime,
    wallTime,
    processes: Math.max(usage.peakProcesses, sampled.processes),
  }
}

async function print(
  command: readonly string[],
  runs: readonly Run[],
  given: Profile & { readonly margin: number },
): Promise<void> {
  const figures = runs.map((run) => run.figures)
  const suggestion = suggest(figures, given.margin)
  const { plot, chart, json, margin } = given
  if (json === true) {
    const { memory, cpuTime, wallTime, processes } = suggestion
    const report = { stint: version(), command, margin, runs: figures, suggested: { memory, cpuTime, wallTime, processes } }
    process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
  } else process.stdout.write(asText(command, figures, margin))
  if (plot === undefined && chart !== true) return
  const { countedIn, withEnds, writeSvg } = await import('./plot/draw-run.js')
  const figure: Figure = {
    title: command.join(' '),
    subtitle: `${runs.length === 1 ? 'One run' : `${runs.length} runs`} without limits; suggested: ${asFlags(suggestion)}`,
    runs: runs.map((run) => withEnds(run.moments, run)),
    counted: countedIn(runs.map(({ outcome }) => outcome)),
    limits: await numbers(suggestion),
    limitName: 'suggested',
  }
  if (chart === true) process.stdout.write(`\n${(await import('./plot/chart.js')).asChart(figure, process.stdout.columns ?? 80)}`)
  if (plot !== undefined) writeSvg(String(plot), figure)
}

async function numbers({ processes, ...rest }: ReturnType<typeof suggest>): Promise<Figure['limits']> {
  const { parseDuration, parseSize } = await import('../options/units.js')
  return {
    memory: parseSize('memory', rest.memory),
    cpuTime: parseDuration('cpuTime', rest.cpuTime),
    wallTime: parseDuration('wallTime', rest.wallTime),
    processes,
  }
}

/** The table and the suggestion, for people. */
function asText(command: readonly string[], runs: readonly Figures[], margin: number): string {
  const rows = [
    ['', 'lowest', 'median', 'highest'],
    row('peak memory', runs, 'memory', bytesText),
    row('largest data segment', runs, 'data', bytesText),
    row('CPU time', runs, 'cpuTime', durationText),
    row('wall time', runs, 'wallTime', durationText),
    row('processes at once', runs, 'processes', String),
  ]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)))
  const lines = rows.map((cells) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart((widths[at] ?? 0) + 3))).join(''),
  )
  const suggestion = suggest(runs, margin)
  const title = `${runs.length === 1 ? 'One run' : `${runs.length} runs`} of ${command.join(' ')}, without limits:`
  const note = `Suggested limits: memory and processes ${margin} times the highest, times ${margin * timeFactor} times (machines differ), rounded up:`
  const shell = `  stint run ${asFlags(suggestion)} -- ${command.map(shellQuoted).join(' ')}`
  return [title, '', ...lines, '', note, '', shell, '', `  ${asTypeScript(suggestion, command)}`, ''].join('\n')
}

function row(title: string, runs: readonly Figures[], name: keyof Figures, text: (value: number) => string): string[] {
  const sorted = runs.map((run) => run[name]).sort((a, b) => a - b)
  const at = (index: number) => text(sorted[index] ?? 0)
  return [title, at(0), at(Math.floor((sorted.length - 1) / 2)), at(sorted.length - 1)]
}

function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

function numberOf(flag: string, value: unknown, min: number): number {
  const number = Number(value)
  if (Number.isFinite(number) && number >= min) return number
  throw new StintError('ERR_STINT_OPTION_VALUE', `${flag} must be a number of at least ${min}; got '${String(value)}'.`)
}
