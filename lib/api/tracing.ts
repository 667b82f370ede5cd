// The calls on diagnostics_channel: `tracing:stint:run:start`, `:end`, `:asyncStart`, `:asyncEnd` and `:error`.
import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel'
import type { Outcome, ResolvedLimits } from '../types.js'

/** What subscribers get; `result` (the outcome) and `error` are added by Node. */
export interface RunContext {
  readonly target: 'function' | 'command'
  readonly name: string
  readonly limits: ResolvedLimits
}

let channel: TracingChannel<RunContext> | undefined // made by the first run: importing stint loads no more than it needs

/** Traces one run; costs nothing while nobody has subscribed. */
export function traced<R>(context: RunContext, run: () => Promise<Outcome<R>>): Promise<Outcome<R>> {
  channel ??= tracingChannel<unknown, RunContext>('stint:run')
  const { start, end, asyncStart, asyncEnd, error } = channel
  const heard =
    start.hasSubscribers || end.hasSubscribers || asyncStart.hasSubscribers || asyncEnd.hasSubscribers || error.hasSubscribers
  return heard ? channel.tracePromise(run, { ...context }) : run()
}
