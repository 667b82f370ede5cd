// The messages on the channel between host and worker: their numbers, and what the value in `main` looks like.
// The frame around them (job's token, lengths, segments) is native/channel's.
import type { NativeLimits } from '../native.js'

/** Type numbers on the channel. 1-15: host to worker; 16 and up: worker to host. */
export const messageType = {
  boot: 1,
  job: 2,
  ready: 16,
  bootFailed: 17,
  returned: 18,
  threw: 19,
  unserializable: 20,
  tooLarge: 21,
  unsettled: 22,
  progress: 23,
} as const

export type MessageName = keyof typeof messageType
export type MessageType = (typeof messageType)[MessageName]

/** Number of guarded boots around this worker: 1 in a worker of the outermost host. */
type Depth = {
  readonly depth: number
  /** The process shall be a template: it forks workers instead of running a job. */
  readonly template?: boolean
}

/** What the worker shall load, sent once, before anything else. */
export type Boot =
  /** `url`: the module's URL, file: or otherwise importable by it. */
  | ({ readonly kind: 'module'; readonly url: string } & Depth)
  /**
   * `source`: text of a JavaScript *expression* that evaluates to the function when compiled as strict code (compileSource() of
   * lib/source made it). `from`: absolute path of the file that `require` and `import()` resolve from.
   */
  | ({ readonly kind: 'source'; readonly source: string; readonly name: string; readonly from: string } & Depth)

/** One call. `limits` as in NativeLimits (bytes, ns, -1 = unset); `resultSize` in bytes, -1 = Infinity. */
export interface Job {
  readonly name: string
  readonly args: readonly unknown[]
  readonly limits: NativeLimits
  readonly resultSize: number
}

/** The worker has loaded it: every export, and whether it can be called. */
export interface Ready {
  /** Of a template: why it must not be forked. */
  readonly unfit?: string | undefined
  readonly exports: readonly { readonly name: string; readonly callable: boolean }[]
}

/** Loading failed; `error` is what the import threw. */
export interface BootFailed {
  readonly error: unknown
}

/** `memory`: the error is of a kind that a refused allocation makes, judged by class and code, never by text. */
export interface Threw {
  readonly error: unknown
  readonly memory: boolean
}

/** The value cannot travel: where (`result.items[3].callback`) and what it is ('a function'). */
export interface Unserializable {
  readonly path: string
  readonly what: string
}

/** The serialised value has `size` bytes, more than resultSize. */
export interface TooLarge {
  readonly size: number
}

/** The worker's loop ran dry while the promise was pending; `where` lists what little was still active. */
export interface Unsettled {
  readonly where: string
}

/** What `main` decodes to, by message. Returned and Progress hold the user's value itself. */
export interface Payloads {
  readonly boot: Boot
  readonly job: Job
  readonly ready: Ready
  readonly bootFailed: BootFailed
  readonly returned: unknown
  readonly threw: Threw
  readonly unserializable: Unserializable
  readonly tooLarge: TooLarge
  readonly unsettled: Unsettled
  readonly progress: unknown
}
