import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { examine } from '#lib/doctor/doctor.js'
import type { Runners } from '#lib/doctor/trials.js'
import type { Outcome, Rung } from '#lib/types.js'

const ended = (reason: string) =>
  ({ kind: 'CpuTimeout', reason, exitCode: null, signal: 'SIGKILL', usage: {} }) as unknown as Outcome<undefined>

/** What the doctor says of the worker's own CPU timer where functions end in this way. */
async function timerRung(reason: string): Promise<Rung | undefined> {
  const runners: Runners = { command: async () => ended('tree-clock'), function: async () => ended(reason) }
  const { rungs } = await examine(runners)
  return rungs.find(({ mechanism }) => mechanism.includes('CPU timer'))
}

describe('the doctor', () => {
  it('calls a mechanism used that ended its trial', async () => {
    assert.equal((await timerRung('worker-clock'))?.state, 'used')
  })

  it('calls one missing whose trial ended otherwise, and says how', async () => {
    const { state, why } = (await timerRung('tree-clock')) as Rung
    assert.deepEqual([state, why], ['missing', 'the trial ended as CpuTimeout/tree-clock (SIGKILL)'])
  })
})
