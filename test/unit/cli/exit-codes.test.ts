import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { exitCodeOf, withExitCode } from '#lib/cli/exit-codes.js'
import type { Outcome } from '#lib/index.js'

const outcome = (parts: object) => ({ exitCode: null, signal: null, ...parts }) as Outcome<unknown>

describe('exitCodeOf', () => {
  it('has a code for each kind and reason', () => {
    const table: [object, number][] = [
      [{ kind: 'Ok', reason: 'exited', exitCode: 0 }, 0],
      [{ kind: 'Timeout', reason: 'wall', signal: 'SIGKILL' }, 124],
      [{ kind: 'CpuTimeout', reason: 'tree-clock', signal: 'SIGKILL' }, 152],
      [{ kind: 'Memorylimit', reason: 'tree', signal: 'SIGKILL' }, 137],
      [{ kind: 'Subprocess', reason: 'denied', signal: 'SIGKILL' }, 123],
      [{ kind: 'Anything', reason: 'exited', exitCode: 124 }, 124],
      [{ kind: 'Anything', reason: 'signaled', signal: 'SIGSEGV' }, 139],
      [{ kind: 'Anything', reason: 'launch-failed', launch: { step: 'exec', errno: 2, code: 'ENOENT' } }, 127],
      [{ kind: 'Anything', reason: 'launch-failed', launch: { step: 'cwd', errno: 2, code: 'ENOENT' } }, 126],
      [{ kind: 'Anything', reason: 'lost' }, 125],
      [{ kind: 'Anything', reason: 'threw' }, 1],
    ]
    for (const [parts, code] of table) assert.equal(exitCodeOf(outcome(parts)), code, JSON.stringify(parts))
  })

  it('takes what --exit-code changed, by either name', () => {
    const changed = withExitCode('Memorylimit=9', withExitCode('wall=7'))
    assert.equal(exitCodeOf(outcome({ kind: 'Timeout', reason: 'wall' }), changed), 7)
    assert.equal(exitCodeOf(outcome({ kind: 'Memorylimit', reason: 'tree' }), changed), 9)
    assert.equal(exitCodeOf(outcome({ kind: 'CpuTimeout', reason: 'tree-clock' }), changed), 152)
  })

  it('refuses what is no kind or no code', () => {
    for (const text of ['wall', 'wall=', 'wall=256', 'wall=-1', 'wal=1', '=1', 'wall=1.5']) {
      assert.throws(() => withExitCode(text), { code: 'ERR_STINT_OPTION_VALUE' }, text)
    }
  })
})
