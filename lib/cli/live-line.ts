// The live line of `stint run`: how far the job is into each of its limits.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Format, type Options, SingleBar } from 'cli-progress'
import { parseDuration, parseInteger, parseSize } from '../options/units.js'
import type { CommandOptions } from '../types.js'
import { bytesText } from '../verdict/quantities.js'
import { StatusRow } from './status-row.js'
import type { Moment } from './timeline.js'

/** A short job shows no line at all; a program that takes over the whole screen has done so by then. Milliseconds. */
const first = 700
const between = 100
const perCheck = 1000
const barWidth = 10

interface Gauge {
  readonly name: string
  readonly limit: number | undefined
  readonly used: (moment: Moment) => number
  readonly text: (used: number, limit: number | undefined) => string
}

/** One line on stderr, redrawn at most ten times a second. */
export class LiveLine {
  readonly #row = new StatusRow(process.stderr)
  readonly #gauges: readonly Gauge[]
  readonly #bar: SingleBar
  #drawn = 0
  #checked = 0
  #isOurs = true

  constructor(options: CommandOptions) {
    this.#gauges = gaugesOf(options)
    const format = (_options: Options, _params: unknown, { moment }: { moment: Moment }) => this.#text(moment)
    const settings = { terminal: this.#row, format, gracefulExit: false, clearOnComplete: true, hideCursor: null, linewrap: null }
    this.#bar = new SingleBar({ ...settings, barsize: barWidth } as Options)
    this.#bar.on('redraw-post', () => this.#row.flush())
  }

  show(moment: Moment): void {
    if (moment.time < first || moment.time - this.#drawn < between) return
    this.#check(moment.time)
    if (!this.#isOurs || !isForeground()) return this.clear()
    this.#drawn = moment.time
    if (this.#bar.isActive) this.#bar.update({ moment })
    else this.#bar.start(1, 0, { moment })
  }

  /** Gives the terminal back; the next show() takes it again. */
  clear(): void {
    if (this.#bar.isActive) this.#bar.stop()
    this.#row.flush()
    this.#row.release()
  }

  stop(): void {
    this.clear()
  }

  // A program in raw mode (an editor, a pager) owns the screen.
  #check(time: number): void {
    if (time - this.#checked < perCheck && this.#checked > 0) return
    this.#checked = time
    const child = execFile('stty', ['-F', '/dev/tty', '-a'], (error, stdout) => {
      this.#isOurs = error !== null || !/(^|\s)-icanon\b/.test(stdout)
    })
    child.unref()
  }

  #text(moment: Moment): string {
    const width = this.#row.getWidth() - 1
    for (const bars of [barWidth, 5, 0]) {
      const parts = this.#gauges.map((gauge) => part(gauge, moment, bars))
      const line = `${dim('stint')}  ${parts.join('   ')}`
      if (visible(line).length <= width) return line
    }
    return visible(this.#gauges.map((gauge) => part(gauge, moment, 0)).join(' ')).slice(0, width)
  }
}

function gaugesOf({ wallTime, cpuTime, memory, processes }: CommandOptions): readonly Gauge[] {
  const time = (value: CommandOptions['wallTime']) => (value === undefined ? undefined : parseDuration('time', value))
  return [
    { name: 'wall', limit: time(wallTime), used: ({ time }) => time, text: secondsOf },
    { name: 'CPU', limit: time(cpuTime), used: ({ cpuTime }) => cpuTime, text: secondsOf },
    {
      name: 'memory',
      limit: memory === undefined ? undefined : parseSize('memory', memory),
      used: ({ memory }) => memory,
      text: bytesOf,
    },
    {
      name: 'processes',
      limit: processes === undefined ? undefined : parseInteger('processes', processes, { min: 0 }) + 1,
      used: ({ processes }) => processes,
      text: (used, limit) => `${used}${limit === undefined ? '' : `/${limit}`}`,
    },
  ]
}

function part({ name, limit, used, text }: Gauge, moment: Moment, bars: number): string {
  const value = used(moment)
  const told = `${name} ${text(value, limit)}`
  if (limit === undefined || bars === 0) return told
  const fraction = Math.min(1, limit === 0 ? 1 : value / limit)
  const [filled, empty] = ['━'.repeat(bars), '─'.repeat(bars)]
  const bar = Format.BarFormat(fraction, { barsize: bars, barCompleteString: filled, barIncompleteString: empty, barGlue: '' })
  return `${name} ${colour(bar, fraction)} ${text(value, limit)}`
}

function secondsOf(used: number, limit: number | undefined): string {
  const seconds = (value: number) => (value / 1000).toFixed(value < 100_000 ? 1 : 0)
  return `${seconds(used)}${limit === undefined ? '' : `/${Number((limit / 1000).toFixed(1))}`} s`
}

function bytesOf(used: number, limit: number | undefined): string {
  const whole = bytesText(Math.round(used / 1024 ** 2) * 1024 ** 2, limit)
  return limit === undefined ? whole : `${whole} / ${bytesText(limit)}`
}

const plain = process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== ''

function colour(text: string, fraction: number): string {
  const code = fraction >= 0.95 ? 31 : fraction >= 0.8 ? 33 : 36
  return plain ? text : `\x1b[${code}m${text}\x1b[39m`
}

function dim(text: string): string {
  return plain ? text : `\x1b[2m${text}\x1b[22m`
}

function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is control sequences that are taken out
  return text.replace(/\x1b\[\d+m/g, '')
}

/** False while a shell has us in the background: what is written then lands in somebody else's screen. */
function isForeground(): boolean {
  const fields = readFileSync('/proc/self/stat', 'latin1')
    .replace(/^.*\) /, '')
    .split(' ')
  return fields[2] === fields[5] // pgrp and tpgid, proc(5)
}
