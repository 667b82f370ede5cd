// Random kills, by another process, of whatever a function set consists of: each call must still be told truthfully, and the next
// one must find everything in order again.
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../support/poll.js'
import { alive, ours, type Process } from '../support/processes.js'
import type { Random } from '../support/random.js'
import { endOf, type Order, open } from './calls.js'

// What is true of a call whose process, keeper or template somebody killed; also of one that begins while a keeper is dying: its worker lives
// for another millisecond, and nobody can say what it did.
const ends = ['Ok 30', 'Anything signaled SIGKILL', 'Anything lost', 'Anything launch-failed']

export async function killMany(order: Order, kills: number): Promise<void> {
  const { random, counts, concurrency } = order
  const tasks = open(order)
  for (let round = 0; round < kills && performance.now() < order.until; round++) {
    if (round % 10 === 0) await endOf(() => tasks.count.run()) // else the template is rarely more than booting
    const calls = Array.from({ length: concurrency }, () => endOf(() => tasks.later.run(30)))
    await delay(random.below(60))
    const killed = killOne(random)
    const what = killed?.role ?? 'nobody'
    for (const call of calls) counts.add(`while a ${what} is killed`, await call, ends)
    counts.add(`at once after a ${what} was killed`, await endOf(() => tasks.count.run()), ['Ok 1', 'Anything lost'])
    if (killed !== undefined) await until('it is gone', () => !alive(killed.pid), 10_000)
    counts.add(`once that ${what} was gone`, await endOf(() => tasks.count.run()), ['Ok 1'])
  }
  await tasks.close({ force: true })
}

/** Kills one of our processes. @returns which */
function killOne(random: Random): { readonly pid: number; readonly role: string } | undefined {
  const all = ours()
  if (all.length === 0) return undefined
  const victim = random.pick(all)
  try {
    process.kill(victim.pid, 'SIGKILL')
  } catch {
    // it has just ended by itself
  }
  return { pid: victim.pid, role: roleOf(victim, all) }
}

function roleOf({ name, pid, parent }: Process, all: readonly Process[]): string {
  if (name === 'stint-guard') return 'guard'
  const above = all.find((each) => each.pid === parent)
  if (name === 'stint-keeper') return above?.name === 'stint-guard' ? "template's keeper" : 'keeper'
  return all.some((each) => each.parent === pid && each.name === 'stint-keeper') ? 'template' : 'worker'
}
