// What a picture of a run shows, as plain data: three panels over one axis of time. Drawn as SVG or in the terminal.
import type { ResolvedLimits } from '../../types.js'
import { durationText } from '../../verdict/quantities.js'
import type { Moment } from '../timeline.js'

/** One picture: one run or several of the same command. */
export interface Figure {
  readonly title: string
  /** The verdict, or how many runs. */
  readonly subtitle: string
  readonly runs: readonly (readonly Moment[])[]
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
  readonly unit: string
  readonly lines: readonly (readonly Point[])[]
  readonly limit: number | undefined
  readonly limitText: string
  /** Highest value of the axis. */
  readonly top: number
  readonly steps: boolean
  readonly peakText: string
}

export interface Point {
  readonly x: number // seconds
  readonly y: number
}

/** A limit this many times above the highest figure is named, and not drawn: the curve would be a flat line. */
const farAway = 4
const headroom = 1.12

/** The panels of a figure, in the order they are drawn. */
export function panelsOf(figure: Figure): readonly Panel[] {
  const { limits } = figure
  const highest = Math.max(...valuesOf(figure, 'memory'), limits.memory ?? 0)
  const [unit, bytes] = highest >= 2 * 1024 ** 3 ? ['GiB', 1024 ** 3] : ['MiB', 1024 ** 2]
  const slots = limits.processes === undefined ? undefined : limits.processes + 1
  return [
    panel(figure, { name: 'memory', title: 'Memory', unit: String(unit), divisor: Number(bytes), limit: limits.memory }),
    panel(figure, { name: 'cpuTime', title: 'CPU time', unit: 's', divisor: 1000, limit: limits.cpuTime }),
    panel(figure, { name: 'processes', title: 'Processes', unit: '', divisor: 1, limit: slots }),
  ]
}

/** Seconds that the axis of time shows. */
export function spanOf({ runs, limits, end }: Figure): number {
  const last = Math.max(...runs.map((run) => run.at(-1)?.time ?? 0), end?.time ?? 0, 1)
  const wall = limits.wallTime ?? 0
  return (wall > last && wall < last * 1.5 ? wall : last) / 1000
}

interface Axis {
  readonly name: PanelName
  readonly title: string
  readonly unit: string
  readonly divisor: number
  readonly limit: number | undefined
}

function panel(figure: Figure, { name, title, unit, divisor, limit }: Axis): Panel {
  const peak = Math.max(...valuesOf(figure, name), 0) / divisor
  const scaled = limit === undefined ? undefined : limit / divisor
  const drawn = scaled !== undefined && scaled <= Math.max(peak, 1e-9) * farAway ? scaled : undefined
  const word = (value: number) => `${Number(value.toPrecision(3))}${unit === '' ? '' : ` ${unit}`}`
  const limitWord = (value: number) => (name === 'processes' ? `1 + ${value - 1}` : word(value))
  return {
    name,
    title,
    unit,
    lines: figure.runs.map((run) => run.map((moment) => ({ x: moment.time / 1000, y: moment[name] / divisor }))),
    limit: drawn,
    limitText:
      scaled === undefined ? '' : `${figure.limitName} ${limitWord(scaled)}${drawn === undefined ? ' (off the chart)' : ''}`,
    top: Math.max(peak, drawn ?? 0, name === 'processes' ? 2 : 0.001) * headroom,
    steps: name === 'processes',
    peakText: `peak ${word(peak)}`,
  }
}

function valuesOf({ runs }: Figure, name: PanelName): number[] {
  return runs.flatMap((run) => run.map((moment) => moment[name]))
}

/** '1.32 s' on a picture. */
export function momentText(milliseconds: number): string {
  return durationText(Number(milliseconds.toPrecision(3)))
}
