// A spare that is killed at any moment: what surely never began runs elsewhere, and nothing ever runs twice.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { LimitedModule, Outcome } from 'stint'
import { failureOf, returned, summary } from '../support/outcomes.js'
import { blockLoop, ending, until } from '../support/poll.js'
import { alive, ours, processOf } from '../support/processes.js'
import { commandBehaviours, kitOf } from '../support/suite.js'

type Marks = typeof import('../fixtures/marks.js')
type Role = 'guard' | 'keeper' | 'worker'

const killed: readonly (readonly Role[])[] = [
  ['keeper'],
  ['guard'],
  ['worker'],
  ['keeper', 'guard'],
  ['guard', 'keeper'],
  ['worker', 'keeper'],
]

commandBehaviours('a spare', () => {
  const { tasks } = kitOf('exec')
  const folder = mkdtempSync(join(tmpdir(), 'stint-test-'))
  after(() => rmSync(folder, { recursive: true }))
  let marks: LimitedModule<Marks>

  /** A parked worker with its keeper and guard, and a file without marks. */
  async function parked() {
    marks = tasks<Marks>('marks', { wallTime: '20s' })
    await ending(marks.ready())
    const keeper = ours().find(({ name }) => name === 'stint-keeper')
    const worker = ours().find(({ parent }) => parent === keeper?.pid)
    assert.ok(keeper && worker)
    const pids: Record<Role, number> = { guard: keeper.parent, keeper: keeper.pid, worker: worker.pid }
    const file = join(folder, String(keeper.pid))
    writeFileSync(file, '')
    const kill = (roles: readonly Role[]) => {
      for (const role of roles) end(pids[role])
    }
    /** Without a turn of the loop, so that nothing of it has been heard yet. */
    const killAndSee = (roles: readonly Role[]) => {
      kill(roles)
      while (roles.some((role) => alive(pids[role]))) blockLoop(1)
    }
    return { pids, file, kill, killAndSee, timesRun: () => readFileSync(file).length }
  }

  for (const roles of killed) {
    const who = roles.join(', then ')
    test(`whose ${who} was killed before the call is replaced`, async () => {
      for (let i = 0; i < 4; i++) {
        const { file, killAndSee, timesRun } = await parked()
        killAndSee(roles)
        assert.equal(returned(await ending(marks.mark.run(file))), 'marked')
        assert.equal(timesRun(), 1)
        await marks.close()
      }
    })

    test(`whose ${who} is killed before it has read its job is replaced`, async () => {
      const { pids, file, kill, timesRun } = await parked()
      process.kill(pids.worker, 'SIGSTOP')
      await until('the worker stands still', () => processOf(pids.worker)?.state === 'T')
      const running = marks.mark.run(file)
      await delay(20) // the job is on its way
      kill(roles)
      assert.equal(returned(await ending(running)), 'marked')
      assert.equal(timesRun(), 1)
    })

    test(`whose ${who} is killed in the first millisecond of the call never runs a job twice`, async () => {
      for (let i = 0; i < 6; i++) {
        const { file, kill, timesRun } = await parked()
        const running = marks.mark.run(file)
        await delay(i % 2)
        kill(roles)
        assertRanOnce(await ending(running), timesRun())
        await marks.close()
      }
    })
  }
})

/** What has just ended by itself, as a keeper does after its worker, needs no end. */
function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH')
  }
}

/** Told as it was: a value, a death that was seen, or an end that nobody saw. */
function assertRanOnce(outcome: Outcome<string>, times: number): void {
  assert.ok(times <= 1, `ran ${times} times: ${summary(outcome)}`)
  if (outcome.kind === 'Ok') assert.equal(times, 1)
  else if (outcome.reason === 'lost') failureOf(outcome, 'Anything', 'lost', outcome.certainty)
  else assert.equal(failureOf(outcome, 'Anything', 'signaled').signal, 'SIGKILL')
}
