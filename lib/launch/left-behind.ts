// What is left of a job whose keeper and guard were both killed: nobody inherits its processes but the machine's init.
//
// The job's own process dies with its keeper (PR_SET_PDEATHSIG, prctl(2)). It had a session of its own, with its own
// number, and the kernel gives that number to no other process while one of the session lives (setsid(2), credentials(7)):
// whatever is found in it is the job's, and so are its children. A process that has begun another session and lost its
// parent cannot be told from a stranger's; only a control group still holds it.
import { readdirSync } from 'node:fs'
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import { clearCgroups } from './cgroup-places.js'
import { statFields } from './proc-stat.js'

const patienceMs = 1000
const pauseMs = 5
const perTurn = 64 // processes read before the event loop gets its turn

interface Row {
  readonly pid: number
  readonly parent: number
  readonly session: number
}

/**
 * Kills and waits for what a keeper without a report has left. Never rejects.
 * @param cgroups as in the job's plan
 * @param pid the job's own process, undefined where it was never heard of
 */
export async function clearLeftBehind(cgroups: readonly string[], pid: number | undefined): Promise<void> {
  await Promise.all([clearCgroups(cgroups), pid === undefined ? undefined : clearSession(pid)])
}

async function clearSession(session: number): Promise<void> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const found = membersOf(session, await processTable())
    if (found.length === 0 || performance.now() > deadline) return
    for (const pid of found) kill(pid)
    await delay(pauseMs)
  }
}

/** The processes of a session and all that came of them. */
export function membersOf(session: number, table: readonly Row[]): readonly number[] {
  const members = new Set<number>()
  for (let before = -1; before < members.size; ) {
    before = members.size
    for (const row of table) if (row.session === session || members.has(row.parent)) members.add(row.pid)
  }
  return [...members]
}

async function processTable(): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const [index, name] of readdirSync('/proc').entries()) {
    if (index % perTurn === perTurn - 1) await turn()
    const row = rowOf(Number(name))
    if (row !== undefined) rows.push(row)
  }
  return rows
}

/** What has ended does not count. */
function rowOf(pid: number): Row | undefined {
  const fields = Number.isInteger(pid) ? statFields(pid) : undefined
  if (fields === undefined) return undefined
  const [state, parent, , session] = fields
  return state === 'Z' || state === 'X' ? undefined : { pid, parent: Number(parent), session: Number(session) }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself, or belongs to another user by now.
  }
}
