// What is written when a run is over: the outcome as JSON, as JUnit, and where GitHub Actions looks for it. Formats are pure.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { jsonSafe } from '../json-safe.js'
import type { ResolvedLimits } from '../types.js'
import { bytesText, durationText } from '../verdict/quantities.js'
import { type Account, isWorthALine, peakText, sentenceOf, titleOf } from './account.js'
import { version } from './version.js'

/** Raised when a field changes its meaning or goes; docs/report.schema.json describes it. */
export const schemaVersion = 1

export interface Destinations {
  readonly report?: string | undefined
  readonly junit?: string | undefined
}

/** Writes what was asked for. @returns one sentence for each that failed */
export function writeReports(account: Account, to: Destinations, env: NodeJS.ProcessEnv): string[] {
  const { report, junit } = to
  const summary = env.GITHUB_ACTIONS === 'true' ? env.GITHUB_STEP_SUMMARY : undefined
  const jobs = [
    report === undefined ? undefined : () => writeWhole(report, `${JSON.stringify(asJson(account), undefined, 2)}\n`),
    junit === undefined ? undefined : () => writeWhole(junit, asJunit(account)),
    summary ? () => appendFileSync(summary, asMarkdown(account)) : undefined,
  ]
  return jobs.flatMap((job) => (job === undefined ? [] : attempt(job)))
}

/** The object that --report writes. */
export function asJson(account: Account): object {
  const { command, name, cwd, startedAt, endedAt, outcome, captured, forwarded, exitCode } = account
  return {
    schemaVersion,
    stint: version(),
    command,
    name,
    cwd,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    exitCode,
    ...(forwarded === undefined ? {} : { forwardedSignal: forwarded }),
    message: sentenceOf(account),
    outcome: jsonSafe({ ...outcome, ...captured }),
  }
}

/** One suite with one case: a failure where the job failed or was ended, an error where stint could not run it. */
export function asJunit(account: Account): string {
  const { outcome, startedAt } = account
  const seconds = (outcome.wallTime / 1000).toFixed(3)
  const error = outcome.kind === 'Anything' && /^(launch-failed|lost)$/.test(outcome.reason)
  const failure = outcome.kind !== 'Ok' && !error
  const counts = `tests="1" failures="${Number(failure)}" errors="${Number(error)}" time="${seconds}"`
  const problem = outcome.kind === 'Ok' ? '' : problemElement(account, error ? 'error' : 'failure')
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites ${counts}>
  <testsuite name="stint" ${counts} timestamp="${startedAt.toISOString().replace(/\.\d+Z$/, '')}">
    <testcase classname="stint" name="${xml(titleOf(account))}" time="${seconds}">
${problem}${streamElement('system-out', account.captured?.stdout)}${streamElement('system-err', account.captured?.stderr)}    </testcase>
  </testsuite>
</testsuites>
`
}

/** A table for the page of a step, GitHub's summary. */
export function asMarkdown(account: Account): string {
  const { outcome } = account
  const { usage, limits } = outcome
  const kind = outcome.kind === 'Anything' ? `Anything/${outcome.reason}` : outcome.kind
  const mark = outcome.kind === 'Ok' ? '✅' : '❌'
  const rows = [
    ['wall time', durationText(outcome.wallTime), limitText(limits, 'wallTime', durationText)],
    ['CPU time', durationText(usage.cpuTime), limitText(limits, 'cpuTime', durationText)],
    ['peak memory', peakText(outcome), limitText(limits, 'memory', bytesText)],
    ['processes', String(usage.peakProcesses), limitText(limits, 'processes', (count) => `1 + ${count}`)],
  ]
  const table = rows.map((row) => `| ${row.join(' | ')} |`).join('\n')
  const title = titleOf(account).replaceAll('`', "'").slice(0, 200)
  return `### ${mark} stint: ${kind}\n\n\`${title}\`\n\n${markdown(sentenceOf(account))}\n\n| | used | limit |\n| --- | --- | --- |\n${table}\n\n`
}

/** A workflow command: the runner makes an annotation of it. Nothing where the job succeeded. */
export function asAnnotation(account: Account): string | undefined {
  const { outcome } = account
  if (!isWorthALine(account)) return undefined
  const kind = outcome.kind === 'Anything' ? outcome.reason : outcome.kind
  return `::error title=stint%3A ${kind}::${workflow(sentenceOf(account))}`
}

function problemElement(account: Account, tag: 'error' | 'failure'): string {
  const { outcome } = account
  const detail = [`certainty: ${outcome.certainty}`, ...(outcome.where ? [outcome.where] : [])].join('\n')
  const type = outcome.kind === 'Anything' ? `Anything/${outcome.reason}` : outcome.kind
  return `      <${tag} type="${xml(type)}" message="${xml(sentenceOf(account))}">${xml(detail)}</${tag}>\n`
}

function streamElement(tag: string, text = ''): string {
  return text === '' ? '' : `      <${tag}>${xml(text)}</${tag}>\n`
}

function limitText(limits: ResolvedLimits, name: keyof ResolvedLimits, text: (value: number) => string): string {
  const value = limits[name]
  return value === undefined ? '-' : text(value)
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** Characters that XML 1.0 has no way to write become U+FFFD; a line break in an attribute stays one. */
function xml(text: string): string {
  const printable = text.replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
  return printable.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

function markdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|]/g, (character) => `\\${character}`).replaceAll('\n', ' ')
}

function workflow(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

function attempt(job: () => void): string[] {
  try {
    job()
    return []
  } catch (error) {
    return [(error as Error).message]
  }
}
