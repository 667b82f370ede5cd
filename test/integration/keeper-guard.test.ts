// A job runs as the same user as its keeper and its guard: it can kill or stop either. It does not get away with it.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { spawnLimited } from 'stint'
import { cgroupsForJob } from '#lib/launch/cgroup-places.js'
import { cause } from '#lib/verdict/index.js'
import { causes, kept, MS, script } from '../support/kept.js'
import { launched } from '../support/launched.js'
import { failureOf } from '../support/outcomes.js'
import { ending, until } from '../support/poll.js'
import { ours, processOf } from '../support/processes.js'

const keeperBehind = (guard: number) => ours().find(({ parent }) => parent === guard)?.pid as number
const sleepers = () => ours().filter(({ name }) => name === 'sleep')

test('a job that kills its keeper is lost, and nothing of it is left when that is told', async () => {
  const run = launched(script('setsid sleep 60 & sleep 60 & kill -KILL $PPID; sleep 60'))
  assert.equal(await ending(run.gone), 9)
  assert.deepEqual(ours(), [])
  assert.equal(run.report, undefined)
})

test('a job that stops its keeper is ended at its limit all the same', async () => {
  const { report } = await kept(script('kill -STOP $PPID; sleep 60', { wallNs: 200 * MS }))
  assert.deepEqual([causes(report), report.signal], [[cause.wall], 9])
})

test('a job that kills the guard is lost, and nothing of it is left when that is told', async () => {
  const run = launched(script('setsid sleep 60 & sleep 60 & sleep 60'))
  await until('three run', () => sleepers().length === 3)
  process.kill(run.keeper.pid, 'SIGKILL')
  assert.equal(await ending(run.gone), 9)
  assert.deepEqual(sleepers(), [])
  await until('its keeper has ended, too', () => ours().length === 0)
})

test('a job that kills the guard and stops its keeper is lost, and nothing of it is left when that is told', async () => {
  const run = launched(script('setsid sleep 60 & sleep 60 & sleep 60'))
  await until('three run', () => sleepers().length === 3)
  const keeper = keeperBehind(run.keeper.pid)
  process.kill(run.keeper.pid, 'SIGSTOP') // so that it does not continue the keeper before it dies
  process.kill(keeper, 'SIGSTOP')
  process.kill(run.keeper.pid, 'SIGKILL')
  assert.equal(await ending(run.gone), 9)
  assert.deepEqual(sleepers(), [])
})

for (const order of ['guard first', 'keeper first'] as const) {
  test(`a job that kills both, ${order}, is lost; of its session nothing is left when that is told`, async () => {
    const job = spawnLimited('sh', ['-c', 'sleep 60 & (sleep 60 & sleep 60) & sleep 60'])
    await ending(job.ready())
    await until('four run', () => sleepers().length === 4)
    const keeper = processOf(job.pid as number)?.parent as number
    const guard = processOf(keeper)?.parent as number
    for (const pid of order === 'guard first' ? [guard, keeper] : [keeper, guard]) process.kill(pid, 'SIGKILL')
    failureOf(await ending(job.outcome), 'Anything', 'lost', 'probable')
    assert.deepEqual(sleepers(), [])
  })
}

test('a job that kills both leaves a session of its own behind only where no control group holds it', async () => {
  const limits = { cpuTime: '60s', processes: 8 } as const
  const job = spawnLimited('sh', ['-c', 'setsid sleep 60 & sleep 60 & sleep 60'], limits)
  await ending(job.ready())
  await until('three run', () => sleepers().length === 3)
  const keeper = processOf(job.pid as number)?.parent as number
  for (const pid of [processOf(keeper)?.parent as number, keeper]) process.kill(pid, 'SIGKILL')
  failureOf(await ending(job.outcome), 'Anything', 'lost', 'probable')
  const left = sleepers()
  for (const { pid } of left) process.kill(pid, 'SIGKILL')
  assert.equal(left.length, cgroupsForJob().length > 0 ? 0 : 1)
})

test('a job that stops the guard ends by itself, and is told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-test-'))
  const run = launched({ ...script('until [ -e go ]; do sleep 0.02; done; exit 4'), cwd: folder })
  await ending(run.launched) // before, the guard is still to make its keeper
  process.kill(run.keeper.pid, 'SIGSTOP')
  await until('the guard stands still', () => processOf(run.keeper.pid)?.state === 'T')
  writeFileSync(join(folder, 'go'), '')
  await ending(run.gone)
  rmSync(folder, { recursive: true })
  assert.equal(run.report?.exitCode, 4)
})
