// How a keeper ends a job, and that nothing of it is left: leftovers, daemons, comets, stopped trees, soft stops, signals.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cause } from '#lib/verdict/causes.js'
import { causes, fixed, kept, lasted, MS, script } from '../support/kept.js'
import { launched } from '../support/launched.js'
import { ending, SLACK, until } from '../support/poll.js'
import { alive } from '../support/processes.js'

test('a child left behind is counted, killed, and does not delay the end', async () => {
  const { report, output } = await kept(script('sleep 60 & echo $!; exit 3'))
  assert.deepEqual([report.exitCode, report.leftovers, report.killed], [3, 1, false])
  assert.ok(lasted(report).cleaning < SLACK)
  assert.equal(alive(Number(output)), false)
})

test('a daemon that holds stdout does not delay the end, and is gone', async () => {
  const { report, output } = await kept(fixed('daemon', [60]))
  assert.deepEqual([report.exitCode, report.leftovers], [0, 1])
  assert.equal(alive(Number.parseInt(output, 10)), false)
})

test('a child in a session of its own is killed with the rest at a limit', async () => {
  const { report, output } = await kept(script('setsid sleep 60 & echo $!; sleep 60', { wallNs: 150 * MS }))
  assert.deepEqual([causes(report), report.leftovers], [[cause.wall], 2]) // and the one in the foreground
  assert.equal(alive(Number.parseInt(output, 10)), false)
})

test('twenty comets are caught', async () => {
  const { report } = await kept(fixed('comets', [20, 20_000], { wallNs: 200 * MS }))
  assert.deepEqual(causes(report), [cause.wall])
  assert.ok(report.leftovers > 0)
  assert.ok(lasted(report).job + lasted(report).cleaning < 200 + SLACK)
})

test('a stopped tree is killed', async () => {
  const text = 'sleep 60 & kill -STOP $!; kill -STOP $$; sleep 60'
  for (const processes of [-1, 4]) {
    const { report } = await kept(script(text, { wallNs: 200 * MS, processes }))
    assert.deepEqual([causes(report), report.leftovers, report.signal], [[cause.wall], 1, 9])
  }
})

test('a program that ignores every signal is killed', async () => {
  const { report } = await kept(fixed('stubborn', [], { wallNs: 200 * MS, graceNs: 20_000 * MS }))
  assert.deepEqual([causes(report), report.signal, report.stopSent], [[cause.wall], 9, false])
  assert.ok(lasted(report).job < 200 + SLACK, 'no grace is spent where nothing listens')
})

test('a program with a handler is asked, and ends by itself within its grace', async () => {
  const { report, output } = await kept(fixed('polite', [50], { wallNs: 300 * MS, graceNs: 20_000 * MS }))
  assert.deepEqual([causes(report), report.exitCode, report.stopSent, report.killed], [[cause.wall], 5, true, false])
  assert.ok(output.length > 0)
})

test('a program that takes longer than its grace is killed at its end', async () => {
  const { report } = await kept(fixed('polite', [60_000], { wallNs: 200 * MS, graceNs: 200 * MS }))
  assert.deepEqual([causes(report), report.signal, report.stopSent, report.killed], [[cause.wall], 9, true, true])
  assert.ok(lasted(report).job >= 400 && lasted(report).job < 400 + SLACK, `${lasted(report).job} ms`)
})

test('an abort ends a grace at once, and the first cause stays the first', async () => {
  const run = launched(fixed('polite', [60_000], { wallNs: 200 * MS, graceNs: 60_000 * MS }))
  await until('the program is asked', () => run.text(1).includes('told'))
  run.keeper.stop(cause.aborted, false)
  await ending(run.gone)
  assert.deepEqual(run.report && causes(run.report), [cause.wall, cause.aborted])
  assert.equal(run.report?.signal, 9)
})

test('an abort without a handler ends the tree at once', async () => {
  const run = launched(script('sleep 60 & sleep 60', { graceNs: 60_000 * MS }))
  await ending(run.launched)
  run.keeper.stop(cause.aborted, false)
  await ending(run.gone)
  assert.deepEqual(run.report && causes(run.report), [cause.aborted])
})

test('a signal of the host reaches the command alone and is told', async () => {
  const run = launched(script('sleep 60'))
  await ending(run.launched)
  assert.equal(run.keeper.signal(10), true)
  await ending(run.gone)
  assert.deepEqual([run.report?.signal, run.report?.hostSignal, run.report?.killed], [10, 10, false])
  assert.equal(run.keeper.signal(10), false)
})

test('signals that a program sends to itself are no causes', async () => {
  for (const [name, number] of [
    ['XCPU', 24],
    ['KILL', 9],
    ['TERM', 15],
    ['SEGV', 11],
  ] as const) {
    const { report } = await kept(script(`kill -${name} $$`, { cpuNs: 60_000 * MS }))
    assert.deepEqual([report.signal, causes(report), report.killed], [number, [], false], name)
  }
})

test('exit codes that look like endings stay exit codes', async () => {
  for (const code of [0, 1, 124, 127, 137, 152]) {
    const { report } = await kept(script(`exit ${code}`, { cpuNs: 60_000 * MS, wallNs: 60_000 * MS }))
    assert.deepEqual([report.exitCode, report.signal, causes(report)], [code, 0, []])
  }
})

test('a host that closes its end leaves nothing behind', async () => {
  const run = launched(script('setsid sleep 60 & echo $!; sleep 60'))
  const child = await until('its child is told', () => Number.parseInt(run.text(1), 10))
  const pid = await ending(run.launched)
  run.keeper.close()
  await until('all is gone', () => !alive(pid) && !alive(child) && !alive(run.keeper.pid))
})
