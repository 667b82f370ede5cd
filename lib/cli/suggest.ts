// Limits that fit what was measured. Pure.
import { flagOf } from './flags.js'

/** What one run used. */
export interface Figures {
  /** Highest sum of anonymous and shared memory over the tree, or the resident peak of its own process if that is more; bytes. */
  readonly memory: number
  /** Largest data segment of one process, which RLIMIT_DATA counts touched or not; bytes. */
  readonly data: number
  readonly cpuTime: number
  readonly wallTime: number
  readonly processes: number
}

export interface Suggestion {
  readonly memory: string
  readonly cpuTime: string
  readonly wallTime: string
  readonly processes: number
}

const mebibyte = 1024 ** 2
/** Another machine is slower before it is larger: times get this much more than the margin. */
export const timeFactor = 2

/** Limits `margin` times (times: twice that) above the highest of the runs, rounded up to what people write. */
export function suggest(runs: readonly Figures[], margin: number): Suggestion {
  const highest = (name: keyof Figures) => Math.max(...runs.map((run) => run[name]))
  return {
    memory: `${roundedMebibytes((Math.max(highest('memory'), highest('data')) * margin) / mebibyte)}MiB`,
    cpuTime: roundedTime(highest('cpuTime') * margin * timeFactor),
    wallTime: roundedTime(highest('wallTime') * margin * timeFactor),
    processes: Math.ceil((highest('processes') - 1) * margin),
  }
}

/** Ready to paste into a shell. */
export function asFlags(suggestion: Suggestion): string {
  return Object.entries(suggestion)
    .map(([name, value]) => `${flagOf(name)} ${value}`)
    .join(' ')
}

/** Ready to paste into TypeScript. */
export function asTypeScript(suggestion: Suggestion, [command = '', ...args]: readonly string[]): string {
  const options = Object.entries(suggestion).map(([name, value]) => `${name}: ${quoted(value)}`)
  return `spawnLimited(${quoted(command)}, [${args.map(quoted).join(', ')}], { ${options.join(', ')} })`
}

function roundedMebibytes(value: number): number {
  const step = value > 4096 ? 256 : value > 512 ? 64 : 16
  return Math.max(step, Math.ceil(value / step) * step)
}

function roundedTime(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(100, Math.ceil(milliseconds / 100) * 100)}ms`
  const step = milliseconds > 60_000 ? 30 : milliseconds > 10_000 ? 5 : 1
  return `${Math.ceil(milliseconds / 1000 / step) * step}s`
}

function quoted(value: string | number): string {
  return typeof value === 'number' ? String(value) : `'${value.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`
}
