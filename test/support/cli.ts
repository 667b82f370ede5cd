// Runs the bundled command line as users do: from outside, by its own file.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { root } from './paths.js'
import { within } from './poll.js'

export const cliFile = join(root, 'dist/cli.cjs')

export interface Ran {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A continuous integration's own variables must not change what the tests see. */
export const plainEnv: NodeJS.ProcessEnv = {
  ...process.env,
  CI: undefined,
  GITHUB_ACTIONS: undefined,
  GITHUB_STEP_SUMMARY: undefined,
}

/** `stint` with these arguments, to its end. */
export async function stint(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<Ran> {
  const { cwd = root, env = {}, input = '' } = options
  const child = spawn(process.execPath, [cliFile, ...args], { cwd, env: { ...plainEnv, ...env }, stdio: 'pipe' })
  child.stdin.on('error', () => {}).end(input)
  const [stdout, stderr, [code, signal]] = await within(
    60_000,
    Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
    ]),
    `stint ${args.join(' ')}`,
  )
  return { code, signal, stdout, stderr }
}

export type Step =
  | readonly [name: 'expect' | 'send', text: string]
  | readonly ['resize', number, number]
  | readonly ['stopped' | 'resume' | 'hangup']

export interface Session {
  readonly output: string
  readonly code: number | null
  readonly signal: number | null
}

/** Runs a command on a pseudo-terminal and does these steps at its keyboard. */
export async function atTerminal(command: readonly string[], steps: readonly Step[]): Promise<Session> {
  const driver = join(root, 'test/fixtures/programs/keyboard.py')
  const child = spawn('python3', [driver, JSON.stringify(steps), ...command], {
    env: { ...plainEnv, TERM: 'xterm' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = await within(60_000, Promise.all([text(child.stdout), text(child.stderr)]), 'the session')
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as Session
}

/** A folder for one test, and its removal. */
export function scratch(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'stint-cli-'))
  return { path, remove: () => rmSync(path, { recursive: true }) }
}

/** The command line of every process that can be seen. */
export function commandLines(): string[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      return /^\d+$/.test(name) ? [readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').join(' ').trim()] : []
    } catch {
      return [] // it has just ended
    }
  })
}
