// A host that is killed, blocked, starved, or whose threads come and go.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startHost } from '../support/hosts.js'
import { SLACK, until, within } from '../support/poll.js'
import { alive, ours } from '../support/processes.js'
import { commandBehaviours } from '../support/suite.js'

interface Told {
  readonly kind: string
  readonly reason: string
  readonly wallTime: number
}

commandBehaviours('a host', () => {
  for (const how of ['sleep', 'spin', 'native', 'grace', 'command', 'idle'] as const) {
    test(`killed with SIGKILL while it has a job (${how}) leaves nothing`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'stint-test-'))
      const host = startHost('holds-job', [how, join(folder, 'started')])
      try {
        if (how === 'native')
          await until('the job runs', () => ours().filter(({ name }) => name === 'sleep').length === 2, 20_000)
        else await host.line(0)
        assert.ok(ours().length > 1, 'the host and its job run')
        host.child.kill('SIGKILL')
        await host.ended
        await until('nothing is left', () => ours().length === 0, SLACK)
      } finally {
        host.child.kill('SIGKILL')
        rmSync(folder, { recursive: true })
      }
    })
  }

  for (const how of ['command', 'function'] as const) {
    test(`with a blocked event loop: the job (${how}) is dead at its limit, and the outcome says so`, async () => {
      const host = startHost('blocks-loop', [how, '700', '2500'])
      const { pid } = await host.line<{ pid: number }>(0)
      const started = performance.now()
      assert.ok(alive(pid))
      await until('the job is dead while the host is blocked', () => !alive(pid), 700 + SLACK)
      assert.ok(performance.now() - started < 2_400, 'the host was still blocked')
      const outcome = await host.line<Told>(1)
      assert.deepEqual([outcome.kind, outcome.reason], ['Timeout', 'wall'])
      assert.ok(outcome.wallTime >= 700 && outcome.wallTime < 1_900, `the outcome says ${outcome.wallTime} ms`)
      await host.ended
    })
  }

  for (const how of ['exits', 'terminated'] as const) {
    test(`whose worker_thread (${how}) had a job: that job ends with its owner, nobody else's is touched`, async () => {
      const host = startHost('thread-owners', [how])
      const lines = () => host.said as { of: string; pid?: number; ended?: boolean; kind?: string }[]
      const of = await until(
        'both jobs run',
        () => (lines().filter((line) => line.pid).length === 2 ? lines() : undefined),
        20_000,
      )
      const pids = Object.fromEntries(of.map(({ of, pid }) => [of, pid])) as { main: number; thread: number }
      await until('the thread has ended', () => lines().some((line) => line.ended), 20_000)
      await until('its job has ended', () => !alive(pids.thread), SLACK)
      await until('the other job ended by itself', () => lines().find((line) => line.kind), 20_000)
      assert.equal(lines().find((line) => line.kind)?.kind, 'Ok', host.complaints())
      await host.ended
    })
  }

  test('ends by itself when its jobs are over: idle workers do not keep it, its exit code is its own', async () => {
    const host = startHost('quiet')
    const { code } = await within(20_000, host.ended)
    assert.equal(code, 0, host.complaints())
    const said = await host.line<{ exitCode: number; hostExitCode: unknown; listeners: string[] }>(0)
    assert.deepEqual([said.exitCode, said.hostExitCode], [3, null])
    assert.deepEqual(
      said.listeners.filter((name) => name.startsWith('SIG') || name === 'uncaughtException'),
      [],
    )
  })
})
