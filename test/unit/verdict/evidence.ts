// Evidence as supervision gives it: of a job that ended well, with what a test wants different.
import type { NativeLimits, NativeReport } from '#lib/native.js'
import type { Evidence, Reply } from '#lib/supervise/evidence.js'
import { cause } from '#lib/verdict/index.js'

export const second = 1e9
export const mebibyte = 1024 ** 2

export const limits: NativeLimits = {
  memory: 256 * mebibyte,
  addressSpace: 1024 * mebibyte,
  cpuNs: second,
  wallNs: 2 * second,
  processes: 2,
  graceNs: 0,
  fileSize: -1,
  openFiles: -1,
  stack: -1,
  coreSize: -1,
}

const report: NativeReport = {
  launched: true,
  booted: true,
  began: true,
  sending: true,
  done: false,
  killed: false,
  stopSent: false,
  evidenceBad: false,
  idle: false,
  exitCode: -1,
  signal: 0,
  hostSignal: 0,
  failedStep: 0,
  failedErrno: 0,
  beginNs: 10 * second,
  endNs: 10.5 * second,
  cleanNs: 10.501 * second,
  userNs: 0.1 * second,
  systemNs: 0.05 * second,
  peakMemory: 10 * mebibyte,
  peakTreeMemory: -1,
  peakProcesses: 1,
  leftovers: 0,
  contextSwitches: 3,
  readBytes: 4,
  writtenBytes: 5,
  limits,
  rungs: 0,
  rungErrors: [],
  causes: [],
  where: '',
}

export const evidence: Evidence = {
  target: 'function',
  name: 'job',
  isolation: 'exec',
  limits,
  outputSize: mebibyte,
  resultSize: 256 * mebibyte,
  encoding: 'utf8',
  queueTime: 1.5,
  keeperStatus: 0,
}

/** A cause, so many seconds after the start of the job, which ends at 0.5 s unless a test says otherwise. */
export function at(seconds: number, name: keyof typeof cause, value = 0): NativeReport['causes'][number] {
  return { cause: cause[name], timeNs: (10 + seconds) * second, value }
}

/** A function that said Done with this reply. */
export function done(reply: Reply | undefined, changes: Partial<NativeReport> = {}): Evidence {
  return { ...evidence, reply, report: { ...report, done: true, killed: true, signal: 9, ...changes } }
}

/** A function whose process ended without Done. */
export function ended(changes: Partial<NativeReport>, more: Partial<Evidence> = {}): Evidence {
  return { ...evidence, ...more, report: { ...report, sending: false, ...changes } }
}

/** A command that ended. */
export function command(changes: Partial<NativeReport>, more: Partial<Evidence> = {}): Evidence {
  return {
    ...evidence,
    target: 'command',
    ...more,
    report: { ...report, booted: false, began: true, sending: false, ...changes },
  }
}

export const returned: Reply = { type: 'returned', value: 42 }
export const threw: Reply = { type: 'threw', error: new TypeError('no'), memory: false }
export const threwMemory: Reply = { type: 'threw', error: new RangeError('Array buffer allocation failed'), memory: true }
