// Watches a job from outside while it runs, for the live line and for the plot. It looks; the keeper decides.
import type { CommandOptions, LimitedProcess } from '../types.js'
import type { Account } from './account.js'
import type { LiveLine } from './live-line.js'
import { ProcessTree } from './process-tree.js'
import { Timeline } from './timeline.js'

/** At least this long between two looks, in milliseconds; ten times as long as a look takes, if that is more. */
const shortest = 20
const share = 10

/** A job and when it was asked for: whoever watches may come later. (To ask performance would load it, before the job starts.) */
export interface StartedJob {
  readonly job: LimitedProcess
  readonly startedAt: Date
}

export interface Monitor {
  readonly timeline: Timeline
  /** Clears the line, before something else is written. */
  suspend(): void
  stop(): void
  /** @returns one sentence if it failed */
  draw(file: string, account: Account): Promise<string[]>
}

/** Starts to watch. `line`: show the live line on stderr. */
export async function monitor(started: StartedJob, options: CommandOptions, line: boolean): Promise<Monitor> {
  const timeline = new Timeline()
  const live = line ? new (await import('./live-line.js')).LiveLine(options) : undefined
  const stop = watch(started, timeline, live)
  return {
    timeline,
    suspend: () => live?.clear(),
    stop() {
      stop()
      live?.stop()
    },
    draw: async (file, account) => (await import('./plot/draw-run.js')).drawRun(file, account, timeline.moments),
  }
}

/**
 * Samples the job's tree until it is over.
 * @returns stops it
 */
export function watch({ job, startedAt }: StartedJob, timeline: Timeline, live?: LiveLine): () => void {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const begin = () => {
    if (job.pid === undefined || stopped) return
    const tree = new ProcessTree(job.pid)
    const start = performance.now() - (Date.now() - startedAt.getTime())
    const look = () => {
      const before = performance.now()
      const sample = tree.sample()
      if (sample === undefined || stopped) return
      const moment = { ...sample, time: before - start }
      timeline.add(moment)
      live?.show(moment)
      timer = setTimeout(look, Math.max(shortest, (performance.now() - before) * share)).unref()
    }
    look()
  }
  job.ready().then(begin, () => {}) // one that was not started is told by its outcome
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
