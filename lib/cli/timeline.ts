// Samples of a run over time, thinned out as it grows longer: a week-long job must not fill our memory.
import type { Sample } from './process-tree.js'

/** A sample and its time since the start of the job, in milliseconds. */
export interface Moment extends Sample {
  readonly time: number
}

const most = 2000

/** Keeps what is drawn: never more than 2000 moments, and never less than the peaks. */
export class Timeline {
  readonly moments: Moment[] = []

  add(moment: Moment): void {
    this.moments.push(moment)
    if (this.moments.length > most) this.#halve()
  }

  /** The highest figure of each kind. */
  peak(): Sample {
    return this.moments.reduce<Sample>(higher, { memory: 0, data: 0, cpuTime: 0, processes: 0 })
  }

  #halve(): void {
    const { moments } = this
    const merged = moments.flatMap((moment, index) => {
      const next = moments[index + 1]
      if (index % 2 === 1) return []
      return [next === undefined ? moment : { ...higher(moment, next), time: next.time }]
    })
    moments.splice(0, moments.length, ...merged)
  }
}

function higher(a: Sample, b: Sample): Sample {
  return {
    memory: Math.max(a.memory, b.memory),
    data: Math.max(a.data, b.data),
    cpuTime: Math.max(a.cpuTime, b.cpuTime),
    processes: Math.max(a.processes, b.processes),
  }
}
