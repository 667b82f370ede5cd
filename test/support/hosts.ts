// Hosts of their own: programs of test/fixtures/hosts that import stint, so that a test can kill, block or starve them.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { watchGroupsOf } from './host-state.js'
import { fixture } from './paths.js'
import { until } from './poll.js'

export interface Host {
  readonly child: ChildProcess
  readonly pid: number
  /** What it has printed so far, parsed from one JSON value a line. */
  readonly said: readonly unknown[]
  /** What it wrote to stderr so far. */
  readonly complaints: () => string
  /** Resolves once it ended: exit code or signal. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  /** Resolves with the line of that number (from 0) once it was said. */
  line<T>(index: number, milliseconds?: number): Promise<T>
}

/** Starts a host. `before` is a command that goes in front, such as prlimit or setpriv with its options. */
export function startHost(name: string, args: readonly string[] = [], before: readonly string[] = []): Host {
  const [command = process.execPath, ...rest] = [...before, process.execPath, fixture(`hosts/${name}`).pathname, ...args]
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
  watchGroupsOf(child.pid ?? -1)
  const said: unknown[] = []
  let complaints = ''
  createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line)))
  child.stderr.on('data', (chunk) => {
    complaints += chunk
  })
  let over = false
  const ended = once(child, 'close').then(([code, signal]) => {
    over = true
    return { code, signal }
  })
  async function line<T>(index: number, milliseconds = 30_000): Promise<T> {
    await until(`line ${index}`, () => over || said.length > index, milliseconds).catch(() => undefined)
    if (said.length > index) return said[index] as T
    const why = over ? 'ended' : `was waited for ${milliseconds} ms for line ${index}`
    throw new Error(`host ${name} ${why} and said ${JSON.stringify(said)}: ${complaints}`)
  }
  return { child, pid: child.pid ?? -1, said, ended, complaints: () => complaints, line }
}
