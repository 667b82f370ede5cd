import assert from 'node:assert/strict'
import { it } from 'node:test'
import { forwardSignals } from '#lib/cli/forward-signals.js'
import { until } from '../../support/poll.js'

it('a signal that comes while the job is being started is heard', async () => {
  const job = { pid: undefined, ready: async () => {}, close: async () => {} }
  const forwarding = forwardSignals(() => {
    process.kill(process.pid, 'SIGINT') // would end this process where nobody listens
    return job
  }, 60_000)
  try {
    assert.equal(forwarding.job, job)
    await until('the signal is heard', () => forwarding.ending === 'SIGINT')
  } finally {
    forwarding.stop()
  }
})
