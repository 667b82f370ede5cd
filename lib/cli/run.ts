// `stint run`: one command under limits, its streams untouched, its end told.
import { fstatSync } from 'node:fs'
import { spawnLimited } from '../api/spawn.js'
import { parseDuration, parseSize } from '../options/units.js'
import type { CommandOptions, Outcome } from '../types.js'
import { type Account, isWorthALine, lineOf } from './account.js'
import { codeOfSignal, type ExitCodes, exitCodeOf, ownFailure, withExitCode } from './exit-codes.js'
import { toOptions } from './flags.js'
import { endBy, forwardSignals } from './forward-signals.js'
import { leaveAtOnce } from './leave.js'
import type { Monitor } from './monitor.js'
import { type Profile, readProfile } from './profiles.js'
import { hasSaid, say } from './say.js'

/** How long a job may take to heed a signal that was passed on to it, where no grace period is given. */
const patience = '2s'
const keptByDefault = '1MiB'

interface Settings {
  readonly options: CommandOptions
  readonly report: string | undefined
  readonly junit: string | undefined
  readonly plot: string | undefined
  readonly quiet: boolean
  readonly capture: boolean
  readonly exitCodes: ExitCodes
}

/**
 * Runs a command and sets the exit code of this process.
 * @param given what the parser gathered
 * @throws StintError about what was given, before anything runs
 */
export async function run(command: readonly string[], given: Profile): Promise<void> {
  const settings = settingsOf(given)
  const { options, capture } = settings
  const [file = '', ...args] = command
  const stream = capture ? 'pipe' : 'inherit'
  const startedAt = new Date()
  let monitor: Monitor | undefined
  const pausing = { suspend: () => monitor?.suspend() }
  const start = () => spawnLimited(file, args, { ...options, stdin: 'inherit', stdout: stream, stderr: stream })
  const forwarding = forwardSignals(start, parseDuration('gracePeriod', options.gracePeriod ?? patience, 0), pausing)
  const { job } = forwarding
  const kept = capture ? (await import('./capture.js')).passOn(job, keptOf(options)) : undefined
  if (needsMonitor(settings))
    monitor = await (await import('./monitor.js')).monitor({ job, startedAt }, options, wantsLine(settings))
  const outcome = await job.outcome
  monitor?.stop()
  forwarding.stop()
  const forwarded = forwarding.ending
  const captured = await kept?.()
  const exitCode = exitCodeAfter(outcome, forwarded, settings.exitCodes)
  const exact = options.evidence === 'exact'
  const ended = { outcome, captured, forwarded, exact, exitCode }
  const account = { command, name: options.name, cwd: process.cwd(), startedAt, endedAt: new Date(), ...ended }
  await tell(account, settings, monitor)
  finish(account)
  const wroteNothing = kept === undefined && monitor === undefined && !hasSaid()
  if (wroteNothing && outcome.reason === 'exited') leaveAtOnce()
}

/** Flags before the profile: what is typed now was meant now. */
function settingsOf(given: Profile): Settings {
  const { config, profile: name } = given
  const profile = config === undefined && name === undefined ? {} : readProfile(text(config), text(name))
  const all = { ...profile, ...given }
  return {
    options: toOptions(all, 'command'),
    report: text(all.report),
    junit: text(all.junit),
    plot: text(all.plot),
    quiet: all.quiet === true,
    capture: all.capture === true,
    exitCodes: { ...codesOf(profile.exitCode), ...codesOf(given.exitCode) },
  }
}

/** `['wall=3']` of the flags, or `{ wall: 3 }` of stint.json. */
function codesOf(value: unknown): ExitCodes {
  const texts = Array.isArray(value) ? value : Object.entries(value ?? {}).map(([kind, code]) => `${kind}=${code}`)
  return texts.reduce<ExitCodes>((codes, entry) => withExitCode(String(entry), codes), {})
}

function keptOf(options: CommandOptions): number {
  return parseSize('outputSize', options.outputSize ?? keptByDefault, { infinity: true })
}

function text(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value)
}

function wantsLine({ quiet }: Settings): boolean {
  const { CI, TERM } = process.env
  return !quiet && !CI && TERM !== 'dumb' && isTerminal(2)
}

/** Node's tty loads all of net for it: only where there may be a terminal. */
function isTerminal(fd: number): boolean {
  return fstatSync(fd).isCharacterDevice() && process.getBuiltinModule('node:tty').isatty(fd)
}

function needsMonitor(settings: Settings): boolean {
  return settings.plot !== undefined || wantsLine(settings)
}

/** What we were asked for from outside goes before what the job made of it, unless it ended in its own way. */
function exitCodeAfter(outcome: Outcome<unknown>, forwarded: NodeJS.Signals | undefined, codes: ExitCodes): number {
  if (forwarded !== undefined && isDeathBy(outcome, forwarded)) return codeOfSignal(forwarded)
  return exitCodeOf(outcome, codes)
}

function isDeathBy({ reason, signal }: Outcome<unknown>, forwarded: NodeJS.Signals): boolean {
  return reason === 'aborted' || (reason === 'signaled' && signal === forwarded)
}

async function tell(account: Account, settings: Settings, monitor: Monitor | undefined): Promise<void> {
  const { report, junit, plot, quiet } = settings
  const { GITHUB_ACTIONS } = process.env
  if (!quiet && isWorthALine(account)) say(lineOf(account))
  if (report === undefined && junit === undefined && plot === undefined && GITHUB_ACTIONS === undefined) return
  const { asAnnotation, writeReports } = await import('./reports.js')
  const problems = writeReports(account, { report, junit }, process.env)
  const annotation = GITHUB_ACTIONS === 'true' && !quiet ? asAnnotation(account) : undefined
  if (annotation !== undefined) say(annotation)
  if (plot !== undefined && monitor !== undefined) problems.push(...(await monitor.draw(plot, account)))
  for (const problem of problems) say(`stint: ${problem}`)
  if (problems.length > 0) process.exitCode = ownFailure
}

/** A failed report turns success into our failure; any other code of the job's stays. */
function finish({ outcome, forwarded, exitCode }: Account): void {
  if (exitCode !== 0) process.exitCode = exitCode
  if (forwarded !== undefined && isDeathBy(outcome, forwarded)) endBy(forwarded)
}
