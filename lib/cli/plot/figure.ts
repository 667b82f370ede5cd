// What a picture of a run shows, as plain data: three panels over one axis of time. Drawn as SVG or in the terminal.
import type { ResolvedLimits } from '../../types.js'
import { bytesText, bytesUnit, durationText } from '../../verdict/quantities.js'
import type { Moment } from '../timeline.js'

/** One picture: one run or several of the same command. */
export interface Figure {
  readonly title: string
  /** The verdict, or how many runs. */
  readonly subtitle: string
  readonly runs: readonly (readonly Moment[])[]
  /** What the keeper counted: looks from time to time may have missed the highest. */
  readonly counted?: Partial<Readonly<Record<PanelName, number>>>
  readonly limits: ResolvedLimits
  /** 'limit', or 'suggested limit'. */
  readonly limitName: string
  /** The moment at which a limit ended the job, in milliseconds. */
  readonly end?: { readonly time: number; readonly text: string; readonly panel: PanelName | 'wallTime' | undefined } | undefined
}

export type PanelName = 'memory' | 'cpuTime' | 'processes'

/** One panel, in the unit of its axis. */
export interface Panel {
  readonly name: PanelName
  readonly title: string
  readonly lines: readonly (readonly Point[])[]
  readonly limit: number | undefined
  readonly limitText: string
  /** Highest value of the axis. */
  readonly top: number
  readonly steps: boolean
  readonly peakText: string
}

export interface Point {
  readonly x: number // in the unit of the axis of time
  readonly y: number
}

interface Unit {
  readonly name: string
  readonly size: number
}

/** Milliseconds in a unit, and from how many on it is the one to read. */
const timeUnits = [
  { name: 'h', size: 3_600_000, from: 36_000_000 },
  { name: 'min', size: 60_000, from: 600_000 },
  { name: 's', size: 1000, from: 1000 },
] as const
const inMilliseconds: Unit = { name: 'ms', size: 1 }

/** A limit this many times above the highest figure is named, and not drawn: the curve would be a flat line. */
const farAway = 4
const headroom = 1.12

/** The axis of time. */
export interface TimeAxis {
  readonly unit: Unit
  /** Highest value, in that unit. */
  readonly span: number
}

interface Quantity {
  readonly name: PanelName
  readonly title: string
  readonly limit: number | undefined
  unit(highest: number): Unit
  text(value: number): string
  limitText(value: number): string
}

/** The panels of a figure, in the order they are drawn. */
export function panelsOf(figure: Figure): readonly Panel[] {
  return quantitiesOf(figure.limits).map((quantity) => panel(figure, quantity))
}

function quantitiesOf({ memory, cpuTime, processes }: ResolvedLimits): readonly Quantity[] {
  const bytes = (value: number) => bytesText(value, memory ?? value)
  return [
    {
      name: 'memory',
      title: 'Memory',
      limit: memory,
      unit: (most) => bytesUnit(most, memory ?? most),
      text: bytes,
      limitText: bytes,
    },
    { name: 'cpuTime', title: 'CPU time', limit: cpuTime, unit: timeUnit, text: momentText, limitText: momentText },
    {
      name: 'processes',
      title: 'Processes',
      limit: processes === undefined ? undefined : processes + 1,
      unit: () => ({ name: '', size: 1 }),
      text: String,
      limitText: (slots) => `1 + ${slots - 1}`,
    },
  ]
}

/** What the axis of time shows: all of the run, and a limit that is near. */
export function timeAxisOf({ runs, limits, end }: Figure): TimeAxis {
  const last = Math.max(...runs.map((run) => run.at(-1)?.time ?? 0), end?.time ?? 0, 1)
  const wall = limits.wallTime ?? 0
  const shown = wall > last && wall < last * 1.5 ? wall : last
  const unit = timeUnit(shown)
  return { unit, span: shown / unit.size }
}

function timeUnit(milliseconds: number): Unit {
  return timeUnits.find(({ from }) => milliseconds >= from) ?? inMilliseconds
}

function panel(figure: Figure, quantity: Quantity): Panel {
  const { name, title, limit } = quantity
  const peak = Math.max(...valuesOf(figure, name), figure.counted?.[name] ?? 0)
  const drawn = limit !== undefined && limit <= peak * farAway ? limit : undefined
  const unit = quantity.unit(Math.max(peak, drawn ?? 0))
  const time = timeAxisOf(figure).unit
  const highest = Math.max(peak, drawn ?? 0) / unit.size
  return {
    name,
    title: unit.name === '' ? title : `${title} (${unit.name})`,
    lines: figure.runs.map((run) => run.map((moment) => ({ x: moment.time / time.size, y: moment[name] / unit.size }))),
    limit: drawn === undefined ? undefined : drawn / unit.size,
    limitText: limit === undefined ? '' : `${figure.limitName} ${quantity.limitText(limit)}${drawn ? '' : ' (off the chart)'}`,
    top: Math.max(highest, name === 'processes' ? 2 : 0) * headroom || 1,
    steps: name === 'processes',
    peakText: `peak ${quantity.text(peak)}`,
  }
}

function valuesOf({ runs }: Figure, name: PanelName): number[] {
  return runs.flatMap((run) => run.map((moment) => moment[name]))
}

/** '1.32 s' on a picture. */
export function momentText(milliseconds: number): string {
  return durationText(Number(milliseconds.toPrecision(3)))
}
