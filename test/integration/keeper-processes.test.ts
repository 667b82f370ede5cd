// The limit on processes: none by a listener, N by a tracer. Both as root, too; threads are no processes.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { statFields } from '#lib/launch/proc-stat.js'
import { cause } from '#lib/verdict/causes.js'
import { causes, fixed, kept, MB, MS, script } from '../support/kept.js'
import { launched } from '../support/launched.js'
import { ending, until } from '../support/poll.js'
import { processOf } from '../support/processes.js'
import { on, type Rung } from '../support/rungs.js'

/** Policies of <linux/sched.h>. */
const SCHED = { other: 0, rr: 2, batch: 3, idle: 5 } as const

const wall = { wallNs: 20_000 * MS }

test('no process: the first fork is denied, recorded, and ends the job', async () => {
  const { report, output } = await kept(script('echo before; /bin/echo no; echo after; sleep 20', { processes: 0, ...wall }))
  assert.deepEqual(causes(report), [cause.forkDenied])
  assert.equal(report.causes[0]?.value, 0)
  assert.match(output, /^before\n/)
  assert.doesNotMatch(output, /^no$/m)
})

test('no process: a command that forks nothing, and threads, are not disturbed', async () => {
  assert.equal((await kept(script('echo $((1+1))', { processes: 0 }))).output, '2\n')
  assert.equal((await kept(fixed('threads', [8], { processes: 0 }))).report.exitCode, 0)
})

test('no process beside a memory limit: both hold', async () => {
  const forks = (await kept(script('/bin/true; sleep 20', { processes: 0, memory: 200 * MB, ...wall }))).report
  assert.deepEqual(causes(forks), [cause.forkDenied])
  assert.equal((await kept(fixed('hold', [300, 1], { processes: 0, memory: 200 * MB }))).report.exitCode, 9)
})

test('N processes: N are let through, one more is denied', async () => {
  const under = await kept(script('sleep 0.1 & sleep 0.1 & sleep 0.1 & wait; echo all', { processes: 3 }))
  assert.deepEqual([causes(under.report), under.output], [[], 'all\n'])
  assert.equal(under.report.peakProcesses, 4)
  const over = (await kept(script('sleep 5 & sleep 5 & sleep 5 & sleep 5 & wait', { processes: 3, ...wall }))).report
  assert.deepEqual(causes(over), [cause.forkDenied])
  assert.equal(over.causes[0]?.value, 3)
  assert.equal(over.leftovers, 3)
})

test('N processes: one that has ended gives its slot back', async () => {
  const { report, output } = await kept(
    script('i=0; while [ $i -lt 50 ]; do /bin/true; i=$((i+1)); done; echo $i', { processes: 1 }),
  )
  assert.deepEqual([causes(report), output, report.peakProcesses], [[], '50\n', 2])
})

test('N processes: a pipeline of three inside the allowance works 100 times of 100', async () => {
  const line = 'echo a b c | tr a-c A-C | wc -c'
  const hundred = `i=0; while [ $i -lt 100 ]; do ${line}; i=$((i+1)); done`
  const { report, output } = await kept(script(hundred, { processes: 3, ...wall }))
  assert.deepEqual(causes(report), [])
  assert.equal(output, '6\n'.repeat(100))
})

test('N processes: threads take no slot, and a thread that forks is seen', async () => {
  assert.equal((await kept(fixed('threads', [20], { processes: 1 }))).report.exitCode, 0)
})

test('N processes: a fork bomb is held', async () => {
  const { report } = await kept(fixed('fork_bomb', [], { processes: 20, ...wall }))
  assert.deepEqual(causes(report), [cause.forkDenied])
  assert.ok(report.peakProcesses <= 21, `${report.peakProcesses} at once`)
})

test('N processes: signals, stops and continuations pass as without a tracer', async () => {
  const text = `
    trap 'echo usr1' USR1
    sleep 30 & child=$!
    kill -STOP $child
    kill -USR1 $$
    until grep -q 'State:.[Tt]' /proc/$child/status; do :; done # t: as a tracee
    echo stopped
    kill -CONT $child
    until grep -q 'State:.S' /proc/$child/status; do :; done
    echo continued
    kill -TERM $child; wait $child; echo $?`
  const { report, output } = await kept(script(text, { processes: 3, ...wall }))
  assert.deepEqual([causes(report), output], [[], 'usr1\nstopped\ncontinued\n143\nTerminated\n'])
})

test('N processes: vfork, exec and a program that changes its session are followed', async () => {
  const text = 'setsid sh -c "exec sh -c \\"/bin/true; exec /bin/true\\"" & wait $!; echo $?'
  const { report, output } = await kept(script(text, { processes: 2, ...wall }))
  assert.deepEqual([causes(report), output], [[], '0\n'])
})

test('an unused allowance changes nothing', async () => {
  const { report } = await kept(script('exit 7', { processes: 100 }))
  assert.deepEqual([report.exitCode, causes(report), report.peakProcesses], [7, [], 1])
})

// What a keeper that can only look takes and leaves (native/tests/precedence_test.cc): it inherits its host's policy.
const lookAlone: Rung = { title: 'a look alone', without: ['fork-trace', 'pids-cgroup', 'user-namespace', 'fork-listener'] }
const realTime = spawnSync('chrt', ['--rr', '1', 'true']).status === 0 ? SCHED.rr : SCHED.other

for (const [name, during] of [
  ['other', realTime],
  ['batch', SCHED.batch],
  ['idle', SCHED.idle],
] as const) {
  test(`by a look alone: a keeper whose policy is '${name}' looks with ${during === SCHED[name] ? 'it' : 'a real-time one'}`, async () => {
    const plan = on(lookAlone, script('sleep 60 & sleep 60', { processes: 3, ...wall }))
    const run = withPolicy(name, () => launched(plan))
    const keeper = processOf(await ending(run.launched))?.parent
    await until('it looks', () => policyOf(keeper) === during) // it tells of the launch before it looks
    run.keeper.stop(cause.aborted, true)
    await ending(run.gone)
    assert.deepEqual(run.report && causes(run.report), [cause.aborted])
  })
}

/** What is started in `body` inherits that policy (sched(7)). */
function withPolicy<T>(policy: 'other' | 'batch' | 'idle', body: () => T): T {
  const choose = (name: string) => execFileSync('chrt', [`--${name}`, '--pid', '0', String(process.pid)])
  choose(policy)
  try {
    return body()
  } finally {
    choose('other')
  }
}

/** The 41st field of proc_pid_stat(5). */
function policyOf(pid = 0): number {
  return Number(statFields(pid)?.[41 - 3])
}
