// What a job uses while it runs, read from /proc (proc(5)) by whoever watches: nothing here decides anything.
import { readdirSync, readFileSync } from 'node:fs'
import { statFields } from '../launch/proc-stat.js'

/** One look at a job's whole tree. */
export interface Sample {
  /** Anonymous and shared memory that is resident, of all processes: what the tree's limit counts. Bytes. */
  readonly memory: number
  /** Largest VmData of any process: what RLIMIT_DATA counts. Bytes. */
  readonly data: number
  /** CPU time of the living, and of those that were waited for. Milliseconds, to the clock tick. */
  readonly cpuTime: number
  /** Alive, the job's own included. */
  readonly processes: number
}

interface Stat {
  readonly parent: number
  readonly state: string
  readonly ownTicks: number
  readonly reapedTicks: number
}

const msPerTick = 10 // USER_HZ is 100 on every architecture that Node runs on (proc(5), time(7))
const kibibyte = 1024

/**
 * The tree of one job: everything below its keeper, which adopts what is orphaned (PR_SET_CHILD_SUBREAPER of prctl(2)).
 * A look costs one read for each process of the machine the first time, later for new ones and the job's own.
 */
export class ProcessTree {
  readonly #keeper: number | undefined
  #strangers = new Set<number>()

  /** @param pid of the job's own process */
  constructor(pid: number) {
    this.#keeper = statOf(pid)?.parent
  }

  /** Processes that are alive now. */
  members(): number[] {
    return [...this.#look()].flatMap(([pid, stat]) => (stat.state === 'Z' ? [] : [pid]))
  }

  /** Undefined when the job is over. */
  sample(): Sample | undefined {
    const keeper = this.#keeper === undefined ? undefined : statOf(this.#keeper)
    const tree = this.#look()
    if (keeper === undefined || tree.size === 0) return undefined
    let [memory, data, ticks, processes] = [0, 0, keeper.reapedTicks, 0]
    for (const [pid, stat] of tree) {
      const sizes = sizesOf(pid)
      memory += sizes.memory
      data = Math.max(data, sizes.data)
      ticks += stat.ownTicks + stat.reapedTicks
      if (stat.state !== 'Z') processes++
    }
    return { memory, data, cpuTime: ticks * msPerTick, processes }
  }

  #look(): Map<number, Stat> {
    const stats = new Map<number, Stat>()
    const known = this.#strangers
    const strangers = new Set<number>()
    for (const name of readdirSync('/proc')) {
      const pid = Number(name)
      if (known.has(pid)) strangers.add(pid)
      const stat = Number.isInteger(pid) && !known.has(pid) ? statOf(pid) : undefined
      if (stat) stats.set(pid, stat)
    }
    this.#strangers = strangers
    return this.#descendants(stats)
  }

  /** A chain of parents that leads to the keeper, or to a stranger; one that breaks off is looked at again the next time. */
  #descendants(stats: Map<number, Stat>): Map<number, Stat> {
    const tree = new Map<number, Stat>()
    for (const [pid, stat] of stats) {
      let above = stat.parent
      for (let hops = 0; hops < 1000 && stats.has(above) && above !== this.#keeper; hops++) above = stats.get(above)?.parent ?? 0
      if (above === this.#keeper) tree.set(pid, stat)
      else if (pid !== this.#keeper && (above === 0 || this.#strangers.has(above))) this.#strangers.add(pid)
    }
    return tree
  }
}

/** The living processes of the tree that `pid` began. */
export function treeOf(pid: number): number[] {
  return new ProcessTree(pid).members()
}

function statOf(pid: number): Stat | undefined {
  const fields = statFields(pid)
  if (fields === undefined) return undefined
  const at = (index: number) => Number(fields[index])
  return { state: fields[0] ?? '', parent: at(1), ownTicks: at(11) + at(12), reapedTicks: at(13) + at(14) }
}

function sizesOf(pid: number): { readonly memory: number; readonly data: number } {
  const text = statusOf(pid)
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * kibibyte
  return { memory: of('RssAnon') + of('RssShmem') + of('VmSwap'), data: of('VmData') }
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1')
  } catch {
    return '' // it has ended
  }
}
