// Runs a Node script as a user that nobody else is: root is exempt from some limits, most users are not root.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { root } from './paths.js'
import { processes } from './processes.js'
import { statusOf } from './rlimits.js'

export const isRoot = process.getuid?.() === 0

export interface PlainUser {
  readonly uid: number
  /** The project's folder as this user can read it. */
  readonly root: string
  run(script: string, args?: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }>
  /** What starts that script as this user. */
  invocation(script: string, args?: readonly string[]): Invocation
  remove(): void
}

/** A command line with its surroundings. */
export interface Invocation {
  readonly command: readonly [string, ...string[]]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

/** A user id that no process and no line of /etc/passwd has. */
export function unusedUid(): number {
  const taken = new Set(processes().map((each) => uidOf(each.pid)))
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) taken.add(Number(line.split(':')[2]))
  let uid = 52_000 + (process.pid % 8_000)
  while (taken.has(uid)) uid += 1
  return uid
}

/** Makes a plain user with a home of its own; only root can. */
export function plainUser(): PlainUser {
  const uid = unusedUid()
  const home = mkdtempSync(join(tmpdir(), 'stint-test-home-'))
  chownSync(home, uid, uid)
  const readable = canRead(uid) ? root : copyProject(home, uid)
  const invocation: PlainUser['invocation'] = (script, args = []) => {
    const { NODE_TEST_CONTEXT: _, ...outer } = process.env // else the inner test file reports in the runner's binary form
    const node = [process.execPath, '--test-reporter=tap'] as const // the default depends on Node's major
    const command = ['setpriv', ...identity(uid), ...node, join(readable, script), ...args] as const
    return { command, cwd: readable, env: { ...outer, HOME: home, TMPDIR: home } }
  }
  return {
    uid,
    root: readable,
    run: (script, args = []) => run(invocation(script, args)),
    invocation,
    remove: () => rmSync(home, { recursive: true, force: true }),
  }
}

function identity(uid: number): string[] {
  return [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--inh-caps=-all']
}

async function run({ command: [file, ...args], cwd, env }: Invocation) {
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ])
  return { code, output: out + err }
}

function canRead(uid: number): boolean {
  try {
    execFileSync('setpriv', [...identity(uid), 'test', '-r', join(root, 'package.json')], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** A clone below a private folder (mktemp -d makes them 0700) cannot be reached: what runs is copied to where it can. */
function copyProject(home: string, uid: number): string {
  const copy = join(home, 'project')
  for (const part of ['package.json', 'dist', 'build/Release', 'out', 'test', 'examples', 'scripts', 'node_modules']) {
    cpSync(join(root, part), join(copy, part), { recursive: true, verbatimSymlinks: true })
  }
  execFileSync('chown', ['-R', `${uid}:${uid}`, copy])
  return copy
}

function uidOf(pid: number): number {
  try {
    return Number(statusOf(pid).Uid?.split('\t')[0])
  } catch {
    return -1 // it ended while the table was read
  }
}
