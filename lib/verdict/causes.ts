// What each cause that a keeper records means for the verdict: the mirror of `enum class Cause` in native/support/wire.h.
import type { Failure, FailureKind, Limits } from '../types.js'

/** A kind of failure with one of its own reasons. */
export type KindAndReason = {
  [K in FailureKind]: { readonly kind: K; readonly reason: Failure<K, never>['reason'] }
}[FailureKind]

/** What a cause stands for. */
export type CauseRow = KindAndReason & {
  /** The limit that it tells of. */
  readonly limit?: keyof Limits
  /** It tells what happened, and decides only together with an abnormal end. */
  readonly note?: true
  /** It decides even where the job's own process then ended by itself. */
  readonly always?: true
}

/** By number; the numbers are fixed. */
export const cause = {
  wall: 1,
  cpuWorker: 2,
  cpuTree: 3,
  heap: 4,
  refusedData: 5,
  refusedAddress: 6,
  treeMemory: 7,
  cgroupMemory: 8,
  threadMemory: 9,
  forkDenied: 10,
  aborted: 11,
  lost: 12,
  bootDeadline: 13,
  hostGone: 14,
} as const

const rows: Readonly<Record<number, CauseRow>> = {
  [cause.wall]: { kind: 'Timeout', reason: 'wall', limit: 'wallTime' },
  [cause.cpuWorker]: { kind: 'CpuTimeout', reason: 'worker-clock', limit: 'cpuTime' },
  [cause.cpuTree]: { kind: 'CpuTimeout', reason: 'tree-clock', limit: 'cpuTime' },
  [cause.heap]: { kind: 'Memorylimit', reason: 'heap', limit: 'memory' },
  [cause.refusedData]: { kind: 'Memorylimit', reason: 'data', limit: 'memory', note: true },
  [cause.refusedAddress]: { kind: 'Memorylimit', reason: 'address-space', limit: 'addressSpace', note: true },
  [cause.treeMemory]: { kind: 'Memorylimit', reason: 'tree', limit: 'memory' },
  // The kernel has already killed a process of the job, be it the first one or not.
  [cause.cgroupMemory]: { kind: 'Memorylimit', reason: 'cgroup', limit: 'memory', always: true },
  [cause.threadMemory]: { kind: 'Memorylimit', reason: 'thread', limit: 'memory', note: true },
  // A program whose fork fails often gives up at once: that it ended by itself is no excuse.
  [cause.forkDenied]: { kind: 'Subprocess', reason: 'denied', limit: 'processes', always: true },
  [cause.aborted]: { kind: 'Anything', reason: 'aborted' },
  [cause.lost]: { kind: 'Anything', reason: 'lost', always: true },
  [cause.bootDeadline]: { kind: 'Anything', reason: 'launch-failed', always: true },
  [cause.hostGone]: { kind: 'Anything', reason: 'lost', always: true },
}

/** @returns undefined for 0 and for numbers that this version does not know */
export function causeRow(number: number): CauseRow | undefined {
  return rows[number]
}
