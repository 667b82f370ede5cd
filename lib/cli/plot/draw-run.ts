// The picture of one run of `stint run --plot`.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Account, sentenceOf, titleOf, usageText } from '../account.js'
import type { Moment } from '../timeline.js'
import { type Figure, momentText } from './figure.js'
import { asSvg } from './svg.js'

const panelOfKind = { Memorylimit: 'memory', CpuTimeout: 'cpuTime', Subprocess: 'processes', Timeout: 'wallTime' } as const

/** Writes it. @returns one sentence if that failed */
export function drawRun(file: string, account: Account, moments: readonly Moment[]): string[] {
  try {
    writeSvg(file, figureOf(account, moments))
    return []
  } catch (error) {
    return [(error as Error).message]
  }
}

/** Writes any figure. */
export function writeSvg(file: string, figure: Figure): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, asSvg(figure))
}

function figureOf(account: Account, moments: readonly Moment[]): Figure {
  const { outcome } = account
  const { kind, wallTime } = outcome
  const panel = kind === 'Ok' || kind === 'Anything' ? undefined : panelOfKind[kind]
  const end = panel && { time: wallTime, text: `${kind} at ${momentText(wallTime)}`, panel }
  const subtitle = outcome.kind === 'Ok' ? `Succeeded: ${usageText(outcome)}.` : sentenceOf(account)
  return {
    title: titleOf(account),
    subtitle,
    runs: [withEnds(moments, account)],
    counted: countedIn([outcome]),
    limits: outcome.limits,
    limitName: 'limit',
    end,
  }
}

/** The highest of what their keepers counted. */
export function countedIn(outcomes: readonly Account['outcome'][]): NonNullable<Figure['counted']> {
  return {
    memory: Math.max(...outcomes.map(({ usage }) => usage.peakTreeMemory ?? 0)),
    processes: Math.max(...outcomes.map(({ usage }) => usage.peakProcesses)),
  }
}

/** From nothing at the start to the figures of the outcome at the end: what a sample cannot have seen. */
export function withEnds(moments: readonly Moment[], { outcome }: Pick<Account, 'outcome'>): readonly Moment[] {
  const { wallTime, usage } = outcome
  const before = withoutTheKill(moments, outcome)
  const last = before.at(-1)
  const peakMemory = usage.peakTreeMemory ?? usage.peakMemory
  const end = {
    time: wallTime,
    memory: outcome.kind === 'Memorylimit' ? Math.max(last?.memory ?? 0, peakMemory) : (last?.memory ?? peakMemory),
    data: last?.data ?? 0,
    cpuTime: usage.cpuTime,
    processes: outcome.kind === 'Subprocess' ? usage.peakProcesses : (last?.processes ?? usage.peakProcesses),
  }
  const start = { time: 0, memory: 0, data: 0, cpuTime: 0, processes: 1 }
  return [start, ...before.map((moment) => ({ ...moment, cpuTime: Math.min(moment.cpuTime, usage.cpuTime) })), end]
}

/** So long before the end, in milliseconds, what was seen may be the kill at work. */
const killing = 250

/** Without the last looks, which saw a tree that was being killed: the curve would fall before the limit that it ran into. */
function withoutTheKill(moments: readonly Moment[], { kind, wallTime }: Account['outcome']): readonly Moment[] {
  const inTime = moments.filter(({ time }) => time <= wallTime)
  if (kind === 'Ok' || kind === 'Anything') return inTime
  const late = inTime.filter(({ time }) => time > wallTime - killing)
  const most = Math.max(...late.map(({ processes }) => processes))
  const highest = Math.max(...late.map(({ memory }) => memory))
  const last = late.findLast(({ processes, memory }) => processes === most && memory >= highest * 0.9)
  return inTime.filter(({ time }) => time <= Math.max(last?.time ?? 0, wallTime - killing))
}
