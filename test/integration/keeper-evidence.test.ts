// A worker's evidence: what counts, what is refused, and which of two records decides.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cause } from '#lib/verdict/causes.js'
import { causes, lasted, MB, MS, peer } from '../support/kept.js'
import { SLACK } from '../support/poll.js'

test('a worker that is done is told so, and killed with what it left', async () => {
  const { report } = await peer('child', { wallNs: 20_000 * MS })
  assert.deepEqual([report.booted, report.began, report.done, causes(report), report.leftovers], [true, true, true, [], 1])
  assert.ok(lasted(report).cleaning < SLACK)
})

test('a worker that exits without Done keeps its exit code', async () => {
  const { report } = await peer('exit')
  assert.deepEqual([report.done, report.exitCode, causes(report)], [false, 3, []])
})

test('boot and waiting do not count against the wall limit', async () => {
  const { report } = await peer('done', { wallNs: 20_000 * MS })
  assert.ok(report.beginNs > 0 && lasted(report).job < SLACK)
})

test('a worker that does not boot in time is killed', async () => {
  const { report } = await peer('asleep', {}, { bootNs: 200 * MS })
  assert.deepEqual([report.booted, report.began, causes(report)], [false, false, [cause.bootDeadline]])
})

test('a wall limit ends a worker that spins, after the allowance for its stack', async () => {
  const { report } = await peer('spin', { wallNs: 200 * MS })
  assert.deepEqual([causes(report), report.stopSent, report.killed], [[cause.wall], true, true])
})

test('bytes that are no message, a guessed secret and a closed socket are lost jobs', async () => {
  for (const mode of ['garbage', 'guess', 'close']) {
    const { report } = await peer(mode, { wallNs: 20_000 * MS })
    assert.deepEqual([causes(report), report.done, report.killed], [[cause.lost], false, true], mode)
    assert.equal(report.evidenceBad, mode !== 'close', mode)
  }
})

test("the worker's own cause is recorded with its value, and its stack is kept", async () => {
  const { report } = await peer('heap', { wallNs: 20_000 * MS })
  assert.deepEqual([causes(report), report.causes[0]?.value, report.where], [[cause.heap], 1234, 'at f (tasks.js:1:2)'])
  assert.ok(lasted(report).job < SLACK)
})

test('a cause counts also when the worker died at once after it', async () => {
  const { report } = await peer('heap-dies')
  assert.deepEqual([causes(report), report.exitCode, report.killed], [[cause.heap], 5, false])
})

test('a worker that listens gets its grace, and what it then returns comes with the cause', async () => {
  const { report } = await peer('listen', { wallNs: 200 * MS, graceNs: 20_000 * MS })
  assert.deepEqual([causes(report), report.done, report.stopSent], [[cause.wall], true, true])
})

test('memory is not charged while a result is sent', async () => {
  const { report } = await peer('send', { memory: 30 * MB })
  assert.deepEqual([causes(report), report.sending, report.done], [[], true, true])
})
