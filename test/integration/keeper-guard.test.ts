// A job runs as the same user as its keeper and its guard: it can kill or stop either. It does not get away with it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cause } from '#lib/verdict/index.js'
import { causes, kept, MS, script } from '../support/kept.js'
import { launched } from '../support/launched.js'
import { ending, until } from '../support/poll.js'
import { ours, processOf } from '../support/processes.js'

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

test('a job that kills the guard is lost, and nothing of it stays', async () => {
  const run = launched(script('setsid sleep 60 & sleep 60 & sleep 60'))
  await until('three run', () => sleepers().length === 3)
  process.kill(run.keeper.pid, 'SIGKILL')
  assert.equal(await ending(run.gone), 9)
  await until('nothing of it is left, its keeper included', () => ours().length === 0)
})

test('a job that stops the guard ends by itself, and is told', async () => {
  const run = launched(script('sleep 0.5; exit 4'))
  await until('the job runs', () => sleepers().length === 1) // before, the guard is still to make its keeper
  process.kill(run.keeper.pid, 'SIGSTOP')
  await until('the guard stands still', () => processOf(run.keeper.pid)?.state === 'T')
  await ending(run.gone)
  assert.equal(run.report?.exitCode, 4)
})
