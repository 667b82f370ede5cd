// Isolation 'fork', asked for by name: the main endings, each in a process of its own.
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { limit, type Outcome } from 'stint'
import { within } from '../support/poll.js'

const job = limit(
  async (what: string): Promise<unknown> => {
    if (what === 'pid') return process.pid
    if (what === 'random') return Math.random()
    if (what === 'throw') throw new TypeError('thrown')
    if (what === 'exit') process.exit(3)
    if (what === 'spin') for (;;);
    if (what === 'grow') return Array.from({ length: 1000 }, () => Buffer.alloc(1_000_000, 1)).length
    if (what === 'wait') await new Promise((resolve) => setTimeout(resolve, 60_000))
    if (what === 'never') await new Promise(() => {})
    return what
  },
  { isolation: 'fork', concurrency: 2, name: 'forked' },
)
after(() => job.close())

async function ending(what: string, options = {}): Promise<Outcome<unknown>> {
  const outcome = await within(20_000, job.with(options).run(what))
  assert.equal(outcome.isolation, 'fork')
  return outcome
}

async function values(what: string, count: number): Promise<unknown[]> {
  const outcomes = await Promise.all(Array.from({ length: count }, () => ending(what)))
  return outcomes.map((outcome) => (outcome.kind === 'Ok' ? outcome.value : outcome.error))
}

describe('isolation fork', () => {
  it('gives every call a process of its own, which knows its number', async () => {
    const pids = await values('pid', 6)
    assert.equal(new Set(pids).size, 6)
    assert.ok(!pids.includes(process.pid))
  })

  it('gives every process random numbers of its own', async () => {
    assert.equal(new Set(await values('random', 6)).size, 6)
  })

  const rows = [
    ['spin', { cpuTime: 100 }, 'CpuTimeout'],
    ['wait', { wallTime: 100 }, 'Timeout'],
    ['grow', { memory: '100MB' }, 'Memorylimit'],
    ['throw', {}, 'Anything', 'threw'],
    ['exit', {}, 'Anything', 'exited'],
    ['never', {}, 'Anything', 'unsettled'],
  ] as const
  for (const [what, options, kind, reason] of rows) {
    it(`tells ${what} as ${kind}${reason === undefined ? '' : `, ${reason}`}`, async () => {
      const outcome = await ending(what, options)
      assert.equal(outcome.kind, kind)
      if (reason !== undefined) assert.equal(outcome.reason, reason)
    })
  }
})
