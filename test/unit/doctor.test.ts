import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { examine } from '#lib/doctor/doctor.js'
import type { Runners } from '#lib/doctor/trials.js'
import type { Outcome } from '#lib/types.js'

const ended = (reason: string) =>
  ({ kind: 'CpuTimeout', reason, exitCode: null, signal: 'SIGKILL', usage: {} }) as unknown as Outcome<undefined>

/** What the doctor says of the worker's own CPU timer where functions end in these ways, in turn. */
async function timerRung(...reasons: string[]): Promise<string | undefined> {
  const runners: Runners = {
    command: async () => ended('tree-clock'),
    function: async (_, { cpuTime }) => ended((cpuTime === undefined ? undefined : reasons.shift()) ?? 'tree-clock'),
  }
  const { rungs } = await examine(runners)
  return rungs.find(({ mechanism }) => mechanism.includes('CPU timer'))?.state
}

describe('the doctor', () => {
  it('does not call a timer missing that lost a race to the keeper', async () => {
    assert.equal(await timerRung('tree-clock', 'tree-clock', 'worker-clock'), 'used')
  })

  it('calls a timer missing that was never first', async () => {
    assert.equal(await timerRung('tree-clock', 'tree-clock', 'tree-clock'), 'missing')
  })
})
