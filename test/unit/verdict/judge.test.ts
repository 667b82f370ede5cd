// Section 6 of docs/design.md, row by row: evidence, and what it means.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rungFlags } from '#lib/plan/index.js'
import type { Evidence } from '#lib/supervise/evidence.js'
import { judge } from '#lib/verdict/index.js'
import { at, command, done, ended, evidence, limits, mebibyte, returned, second, threw, threwMemory } from './evidence.js'

type Row = readonly [title: string, evidence: Evidence, ending: string, overLimit?: readonly string[]]

const signal = { kill: 9, segv: 11, term: 15, xcpu: 24, abort: 6, trap: 5 }

const results: Row[] = [
  ['a value that came before any cause is the value', done(returned), 'Ok/returned certain'],
  ['an error that was thrown is thrown', done(threw), 'Anything/threw certain'],
  ['an error like "out of memory" without a refusal is just thrown', done(threwMemory), 'Anything/threw certain'],
  [
    'a value that cannot travel is unserializable',
    done({ type: 'unserializable', path: 'result.f', what: 'a function' }),
    'Anything/unserializable certain',
  ],
  ['a value above resultSize is too large', done({ type: 'too-large', size: 1e9 }), 'Anything/too-large certain'],
  ['a promise that nobody can settle is unsettled', done({ type: 'unsettled', where: '' }), 'Anything/unsettled certain'],
  ['Done without a result that arrived is lost', done(undefined), 'Anything/lost certain'],
  ['an exit with 0 before Done is exited', ended({ exitCode: 0 }), 'Anything/exited certain'],
  ['an exit with 3 is exited', ended({ exitCode: 3 }), 'Anything/exited certain'],
  ['an exit with 137 is exited, not killed', ended({ exitCode: 137 }), 'Anything/exited certain'],
  ['a result that was sent without Done does not count', ended({ exitCode: 0 }, { reply: returned }), 'Anything/exited certain'],
  ['a command that exits 0 is Ok', command({ exitCode: 0 }), 'Ok/exited certain'],
  ['a command that exits 124 exited', command({ exitCode: 124 }), 'Anything/exited certain'],
  ['a command that died by SIGTERM of others is signaled', command({ signal: signal.term }), 'Anything/signaled certain'],
  ['a command that died by our kill() is aborted', command({ signal: 15, hostSignal: 15 }), 'Anything/aborted certain'],
  ['a command that took our kill() and exited has exited', command({ exitCode: 1, hostSignal: 15 }), 'Anything/exited certain'],
  [
    'a command that died by another signal than our kill() is signaled',
    command({ signal: 9, hostSignal: 15 }),
    'Anything/signaled certain',
  ],
]

const limited: Row[] = [
  [
    'the wall limit, then our SIGKILL',
    ended({ causes: [at(2, 'wall')], killed: true, signal: 9, endNs: 12.01 * second }),
    'Timeout/wall certain',
  ],
  [
    'the CPU limit by the worker`s clock',
    ended({ causes: [at(1, 'cpuWorker')], killed: true, signal: 9 }),
    'CpuTimeout/worker-clock certain',
  ],
  [
    'the CPU limit by the tree`s clock',
    command({ causes: [at(1, 'cpuTree')], killed: true, signal: 9 }),
    'CpuTimeout/tree-clock certain',
  ],
  [
    'a command that crashes with nearly all of its memory in use',
    command({ signal: signal.segv, peakMemory: 98 * mebibyte, limits: { ...limits, memory: 100 * mebibyte } }),
    'Memorylimit/data probable',
  ],
  [
    'a command that crashes with little in use',
    command({ signal: signal.segv, peakMemory: 60 * mebibyte, limits: { ...limits, memory: 100 * mebibyte } }),
    'Anything/signaled certain',
  ],
  [
    'a command that crashes with nearly all in use, though no allocation was refused',
    command({
      signal: signal.segv,
      peakMemory: 98 * mebibyte,
      rungs: rungFlags(['allocation-trace']),
      limits: { ...limits, memory: 100 * mebibyte },
    }),
    'Anything/signaled certain',
  ],
  [
    'V8`s heap limit, then our SIGKILL',
    ended({ causes: [at(0.2, 'heap')], stopSent: true, killed: true, signal: 9 }),
    'Memorylimit/heap certain',
  ],
  ['V8`s heap limit, then V8`s own abort', ended({ causes: [at(0.2, 'heap')], signal: signal.trap }), 'Memorylimit/heap certain'],
  [
    'V8`s heap that the kernel refused to let grow',
    ended({ causes: [at(0.2, 'refusedData'), at(0.3, 'heap')], stopSent: true, killed: true, signal: 9 }),
    'Memorylimit/data certain',
  ],
  [
    'V8`s heap limit, long after a refusal that was survived',
    ended({ causes: [at(0.2, 'refusedData'), at(1.3, 'heap')], stopSent: true, killed: true, signal: 9 }),
    'Memorylimit/heap certain',
  ],
  ['the memory of the tree', ended({ causes: [at(0.2, 'treeMemory')], killed: true, signal: 9 }), 'Memorylimit/tree certain'],
  [
    'the cgroup`s oom_kill, whose SIGKILL is not ours',
    command({ causes: [at(0.2, 'cgroupMemory')], signal: 9 }),
    'Memorylimit/cgroup certain',
  ],
  [
    'an oom_kill of a descendant, after which the first process gave up',
    command({ causes: [at(0.2, 'cgroupMemory')], exitCode: 1 }),
    'Memorylimit/cgroup certain',
  ],
  [
    'a denied fork, then our SIGKILL',
    ended({ causes: [at(0.2, 'forkDenied')], killed: true, signal: 9 }),
    'Subprocess/denied certain',
  ],
  [
    'a denied fork, after which it exited by itself at once',
    command({ causes: [at(0.2, 'forkDenied')], exitCode: 2 }),
    'Subprocess/denied certain',
  ],
  [
    'a denied fork whose error the function swallowed',
    done(returned, { causes: [at(0.2, 'forkDenied')] }),
    'Subprocess/denied certain',
  ],
  ['an abort', ended({ causes: [at(0.2, 'aborted')], killed: true, signal: 9 }), 'Anything/aborted certain'],
  [
    'malformed evidence that the keeper recorded',
    ended({ causes: [at(0.2, 'lost')], killed: true, signal: 9, evidenceBad: true }),
    'Anything/lost certain',
  ],
  [
    'a soft stop that made a command exit with 0',
    command({ causes: [at(2, 'wall')], stopSent: true, exitCode: 0 }),
    'Timeout/wall certain',
  ],
  [
    'a soft stop that made a function exit',
    ended({ causes: [at(2, 'wall')], stopSent: true, exitCode: 5 }),
    'Timeout/wall certain',
  ],
]

const order: Row[] = [
  [
    'of two causes the first recorded wins',
    ended({ causes: [at(1, 'cpuTree'), at(1.1, 'wall')], killed: true, signal: 9 }),
    'CpuTimeout/tree-clock certain',
  ],
  [
    'an abort in grace does not replace the limit',
    ended({ causes: [at(1, 'wall'), at(1.1, 'aborted')], stopSent: true, killed: true, signal: 9 }),
    'Timeout/wall certain',
  ],
  [
    'a limit while an abort is under way does not replace it',
    ended({ causes: [at(0.1, 'aborted'), at(1, 'wall')], killed: true, signal: 9 }),
    'Anything/aborted certain',
  ],
  [
    'a note before a cause does not replace it',
    ended({ causes: [at(0.1, 'refusedData'), at(1, 'wall')], killed: true, signal: 9 }),
    'Timeout/wall certain',
  ],
  ['a cause before Done: the limit', done(returned, { causes: [at(0.4, 'wall')], stopSent: true }), 'Timeout/wall certain'],
  [
    'a cause before a throw in grace: the limit',
    done(threw, { causes: [at(0.4, 'wall')], stopSent: true }),
    'Timeout/wall certain',
  ],
  ['Done before the cause: the value', done(returned, { causes: [at(0.5, 'wall')] }), 'Ok/returned certain', []],
  [
    'Done before the CPU cause: the value, and the limit named',
    done(returned, { causes: [at(0.6, 'cpuTree')] }),
    'Ok/returned certain',
    ['cpuTime'],
  ],
  ['an exit before our signal keeps its own end', command({ causes: [at(0.5, 'wall')], exitCode: 0 }), 'Ok/exited certain', []],
  ['malformed evidence after Done does not matter', done(returned, { evidenceBad: true }), 'Ok/returned certain'],
  ['malformed messages make even a value worthless', { ...done(returned), garbage: 'bad magic' }, 'Anything/lost certain'],
  [
    'a limit before the malformed message is the limit',
    { ...ended({ causes: [at(2, 'wall'), at(2, 'lost')], killed: true, signal: 9 }), garbage: 'x' },
    'Timeout/wall certain',
  ],
]

const memory: Row[] = [
  [
    'a refusal by RLIMIT_DATA, then SIGSEGV',
    ended({ causes: [at(0.2, 'refusedData')], signal: signal.segv }),
    'Memorylimit/data certain',
  ],
  [
    'a refusal by RLIMIT_AS, then SIGABRT',
    ended({ causes: [at(0.2, 'refusedAddress')], signal: signal.abort }),
    'Memorylimit/address-space certain',
  ],
  [
    'a refusal in a thread, then SIGTRAP',
    ended({ causes: [at(0.2, 'threadMemory')], signal: signal.trap }),
    'Memorylimit/thread certain',
  ],
  [
    'a refusal of a command, then SIGSEGV',
    command({ causes: [at(0.2, 'refusedData')], signal: signal.segv }),
    'Memorylimit/data certain',
  ],
  [
    'a command that crashes with its memory all but used up',
    command({ signal: signal.segv, peakMemory: 250 * mebibyte }),
    'Memorylimit/data probable',
  ],
  [
    'a command that crashes with memory to spare',
    command({ signal: signal.segv, peakMemory: 200 * mebibyte }),
    'Anything/signaled certain',
  ],
  [
    'a worker that crashes near its limit, without a refusal',
    ended({ signal: signal.segv, peakMemory: 250 * mebibyte }),
    'Anything/signaled certain',
  ],
  ['a refusal, and the error that it makes', done(threwMemory, { causes: [at(0.2, 'refusedData')] }), 'Memorylimit/data certain'],
  [
    'the first of several refusals gives the reason',
    done(threwMemory, { causes: [at(0.1, 'refusedAddress'), at(0.2, 'refusedData')] }),
    'Memorylimit/address-space certain',
  ],
  [
    'a refusal that was caught and survived leaves the value',
    done(returned, { causes: [at(0.2, 'refusedData')] }),
    'Ok/returned certain',
    [],
  ],
  ['a refusal, and an error of another kind', done(threw, { causes: [at(0.2, 'refusedData')] }), 'Anything/threw certain'],
  ['a refusal, and an exit by itself', ended({ causes: [at(0.2, 'refusedData')], exitCode: 1 }), 'Anything/exited certain'],
  [
    'a refusal of a command, and an exit with a failure at once',
    command({ causes: [at(0.2, 'refusedData')], exitCode: 1 }),
    'Memorylimit/data certain',
  ],
  [
    'a refusal of a command, and an exit with a failure much later',
    command({ causes: [at(0.2, 'refusedData')], exitCode: 1, endNs: 60 * second }),
    'Memorylimit/data probable',
  ],
  ['a refusal of a command, and success', command({ causes: [at(0.2, 'refusedData')], exitCode: 0 }), 'Ok/exited certain'],
  [
    'a refusal that was survived, and a SIGKILL from outside',
    ended({ causes: [at(0.2, 'refusedData')], signal: signal.kill }),
    'Anything/signaled certain',
  ],
  ['SIGSEGV with a limit that was never met', ended({ signal: signal.segv }), 'Anything/signaled certain'],
  ['SIGKILL from outside with every limit set', ended({ signal: signal.kill }), 'Anything/signaled certain'],
  [
    'SIGKILL from outside at a peak above the limit',
    ended({ signal: signal.kill, peakTreeMemory: 300 * mebibyte }),
    'Anything/signaled certain',
    ['memory'],
  ],
  [
    'an end of its own with more resident than the limit, which pages of files may be',
    ended({ exitCode: 0, peakMemory: 300 * mebibyte }),
    'Anything/exited certain',
    [],
  ],
]

const cpu: Row[] = [
  ['SIGXCPU at the kernel`s own limit', ended({ signal: signal.xcpu, userNs: 2 * second }), 'CpuTimeout/kernel probable'],
  [
    'SIGXCPU a few ticks before the kernel`s own limit',
    command({ signal: signal.xcpu, userNs: 1.88 * second }),
    'CpuTimeout/kernel probable',
  ],
  ['SIGXCPU that it sent itself', ended({ signal: signal.xcpu }), 'Anything/signaled certain', []],
  [
    'SIGXCPU that it sent itself above the limit, below the kernel`s',
    ended({ signal: signal.xcpu, userNs: 1.5 * second }),
    'Anything/signaled certain',
    ['cpuTime'],
  ],
  [
    'SIGXCPU without a CPU limit',
    ended({ signal: signal.xcpu, userNs: 9 * second, limits: { ...limits, cpuNs: -1 } }),
    'Anything/signaled certain',
    [],
  ],
  [
    'usage over a limit although it ended by itself changes no kind',
    done(returned, { userNs: 1.01 * second }),
    'Ok/returned certain',
    ['cpuTime'],
  ],
  [
    'usage over three limits is told',
    command({ exitCode: 1, endNs: 13 * second, peakProcesses: 4, peakTreeMemory: 257 * mebibyte }),
    'Anything/exited certain',
    ['memory', 'wallTime', 'processes'],
  ],
  [
    'usage at a limit is not over it',
    command({ exitCode: 0, endNs: 12 * second, peakProcesses: 3, peakTreeMemory: 256 * mebibyte }),
    'Ok/exited certain',
    [],
  ],
  [
    'a limit that ended it is not told twice',
    ended({ causes: [at(2, 'wall')], killed: true, signal: 9, endNs: 12.1 * second }),
    'Timeout/wall certain',
    [],
  ],
]

const { keeperStatus: _never, ...unstarted } = evidence
const starts: Row[] = [
  ['no process could be made', { ...unstarted, launch: { step: 1, errno: 11 } }, 'Anything/launch-failed certain'],
  [
    'a step between fork and exec failed',
    command({ launched: false, failedStep: 27, failedErrno: 2 }),
    'Anything/launch-failed certain',
  ],
  [
    'the worker did not boot in time',
    ended({ causes: [at(0, 'bootDeadline')], booted: false, began: false, killed: true, signal: 9 }),
    'Anything/launch-failed certain',
  ],
  ['the worker exited while it booted', ended({ booted: false, began: false, exitCode: 9 }), 'Anything/launch-failed certain'],
  [
    'an argument cannot travel',
    { ...unstarted, reply: { type: 'unserializable', path: 'args[0]', what: 'a function' } },
    'Anything/unserializable certain',
  ],
  ['aborted while it was queued', { ...unstarted, aborted: { reason: 1 } }, 'Anything/aborted certain'],
  [
    'aborted while it booted',
    ended({ booted: false, began: false, killed: true, signal: 9 }, { aborted: { reason: 1 } }),
    'Anything/aborted certain',
  ],
  [
    'the host let go of the keeper to abort it',
    ended({ causes: [at(0.1, 'hostGone')], killed: true, signal: 9 }, { aborted: { reason: 1 } }),
    'Anything/aborted certain',
  ],
  ['aborted after it had ended: its own end', ended({ exitCode: 4 }, { aborted: { reason: 1 } }), 'Anything/exited certain'],
  ['aborted after Done: the value', { ...done(returned), aborted: { reason: 1 } }, 'Ok/returned certain'],
  ['the keeper went without a report', { ...evidence, keeperStatus: 9 }, 'Anything/lost probable'],
  ['the keeper went without a report, after a value had come', { ...evidence, reply: returned }, 'Anything/lost probable'],
  ['the keeper saw its host gone', ended({ causes: [at(0.1, 'hostGone')], killed: true, signal: 9 }), 'Anything/lost certain'],
  ['a report of no end', ended({}), 'Anything/lost certain'],
  [
    'a cause that this version does not know',
    ended({ causes: [{ cause: 99, timeNs: 0, value: 0 }], exitCode: 1 }),
    'Anything/exited certain',
  ],
]

for (const [title, given, expected, overLimit] of [...results, ...limited, ...order, ...memory, ...cpu, ...starts]) {
  test(`${title} → ${expected}${overLimit?.length ? ` over ${overLimit}` : ''}`, () => {
    const verdict = judge(given)
    assert.equal(`${verdict.kind}/${verdict.reason} ${verdict.certainty}`, expected)
    if (overLimit) assert.deepEqual(verdict.overLimit, overLimit)
  })
}

test('a launch that failed tells the step and errno', () => {
  assert.deepEqual(judge({ ...unstarted, launch: { step: 5, errno: 11 } }).launch, { step: 'fork', errno: 11 })
  assert.deepEqual(judge(command({ failedStep: 27, failedErrno: 2 })).launch, { step: 'exec', errno: 2 })
  assert.deepEqual(judge(ended({ causes: [at(0, 'bootDeadline')], began: false })).launch, { step: 'boot', errno: 110 })
  assert.deepEqual(judge(ended({ booted: false, began: false, exitCode: 9 })).launch, { step: 'boot', errno: 0 })
})
