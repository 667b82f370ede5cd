// One keeper started through the addon, and what is heard of it, as promises and as a record.
import { type NativeKeeper, type NativeLimits, type NativePlan, type NativeReport, native } from '#lib/native.js'
import { program } from './programs.js'

export const unlimited: NativeLimits = {
  memory: -1,
  addressSpace: -1,
  cpuNs: -1,
  wallNs: -1,
  processes: -1,
  graceNs: -1,
  fileSize: -1,
  openFiles: -1,
  stack: -1,
  coreSize: -1,
}

/** A plan for `sh -c script`, its output captured. */
export function command(script: string): NativePlan {
  return {
    keeper: native().keeperPath,
    command: true,
    files: ['/bin/sh'],
    argv: ['sh', '-c', script],
    env: Object.entries(process.env)
      .map(([name, value]) => `${name}=${value}\0`)
      .join(''),
    cwd: '',
    stdin: 'ignore',
    stdout: 'capture',
    stderr: 'capture',
    outputSize: 1 << 20,
    limits: unlimited,
    nice: 0,
    uid: -1,
    gid: -1,
    noNewPrivs: false,
    stopSignal: 15,
    bootNs: 60e9,
    exact: false,
    cgroups: [],
    without: 0,
  }
}

/** A plan for a program at a worker's place: test/fixtures/programs/channel_peer.c in one of its modes. */
export function worker(mode: 'echo' | 'garbage' | 'mute'): NativePlan {
  return { ...command(''), command: false, files: [program('channel_peer')], argv: ['channel_peer', mode] }
}

export type Message = readonly [type: number, token: bigint, main: Uint8Array, segments: readonly ArrayBuffer[]]

export interface Launched {
  readonly keeper: NativeKeeper
  /** The names of the events heard so far, messages left out. */
  readonly order: string[]
  report: NativeReport | undefined
  readonly launched: Promise<number>
  readonly garbage: Promise<string>
  readonly message: Promise<Message>
  readonly gone: Promise<number>
  /** What was captured of stdout (1) or stderr (2) so far. */
  text(stream: 1 | 2): string
}

/** Launches; `onReport` is called within the event. */
export function launched(plan: NativePlan, onReport: () => void = () => undefined): Launched {
  const order: string[] = []
  const heard = {
    launched: expectation<number>(),
    garbage: expectation<string>(),
    message: expectation<Message>(),
    gone: expectation<number>(),
  }
  const keeper = native().addon.launch(plan, {
    launched: (pid) => {
      order.push('launched')
      heard.launched.resolve(pid)
    },
    message: (...message) => heard.message.resolve(message),
    garbage: (reason) => {
      order.push('garbage')
      heard.garbage.resolve(reason)
    },
    report: (report) => {
      order.push('report')
      result.report = report
      onReport()
    },
    gone: (status) => {
      order.push('gone')
      heard.gone.resolve(status)
    },
  })
  const result: Launched = {
    keeper,
    order,
    report: undefined,
    launched: heard.launched.promise,
    garbage: heard.garbage.promise,
    message: heard.message.promise,
    gone: heard.gone.promise,
    text: (stream) => Buffer.from(keeper.captured(stream).bytes).toString(),
  }
  return result
}

function expectation<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((set) => {
    resolve = set
  })
  return { promise, resolve }
}
