// Reads the table of processes, and tells which of them exist because of this test file.
//
// A process is ours when its ancestry leads to this process, or when its environment carries this process's mark: a
// double-forked daemon has lost its ancestry, a job with an environment of its own has lost the mark, and nothing here
// loses both at once without being a child of a keeper. A zombie whose parent is PID 1 has ended; who reaps it is the
// machine's business.
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'

const MARK = 'STINT_TEST_MARK'
const mark = randomUUID()
// A list: a test file that a test file runs stays the outer one's, too.
process.env[MARK] = [process.env[MARK], mark].filter(Boolean).join(',')

export interface Process {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly session: number
  readonly state: string
  readonly name: string
}

/** One process, or undefined when there is none of that number (any more). See proc_pid_stat(5). */
export function processOf(pid: number): Process | undefined {
  const text = readOrNothing(`/proc/${pid}/stat`)
  if (!text) return undefined
  const open = text.indexOf('(')
  const close = text.lastIndexOf(')') // a name may hold parentheses itself
  const [state = '', parent, group, session] = text.slice(close + 2).split(' ')
  return { pid, parent: Number(parent), group: Number(group), session: Number(session), state, name: text.slice(open + 1, close) }
}

/** Every process that can be seen now. */
export function processes(): Process[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger)
  return pids.map(processOf).filter((found): found is Process => found !== undefined)
}

/** True while the process runs, sleeps or is stopped; a zombie has ended. */
export function alive(pid: number): boolean {
  const found = processOf(pid)
  return found !== undefined && found.state !== 'Z' && found.state !== 'X'
}

/** Every process that this one is the cause of, zombies that nobody has reaped included; itself left out. */
export function ours(): Process[] {
  const table = new Map(processes().map((each) => [each.pid, each]))
  const own = ancestors(process.pid, table)
  return [...table.values()].filter((each) => !own.has(each.pid) && !reapedByInit(each) && causedByUs(each, table))
}

function causedByUs(each: Process, table: ReadonlyMap<number, Process>): boolean {
  return ancestors(each.pid, table).has(process.pid) || environmentOf(each.pid).includes(mark)
}

function reapedByInit(each: Process): boolean {
  return each.state === 'X' || (each.state === 'Z' && each.parent === 1)
}

function ancestors(pid: number, table: ReadonlyMap<number, Process>): Set<number> {
  const seen = new Set<number>()
  for (let at = table.get(pid); at && !seen.has(at.pid); at = table.get(at.parent)) seen.add(at.pid)
  return seen
}

/** NAME=value, each with a null byte after it (proc_pid_environ(5)); '' when it is gone or not ours to read. */
export function environmentOf(pid: number): string {
  return readOrNothing(`/proc/${pid}/environ`)
}

/** The text of a file of /proc, '' when it is gone or not ours to read. */
function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
