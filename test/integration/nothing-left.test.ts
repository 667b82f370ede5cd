// Many calls of every ending: descriptors, processes, mappings and files are what they were.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Figures } from '../support/host-state.js'
import { startHost } from '../support/hosts.js'
import { behaviours } from '../support/suite.js'

interface Held {
  readonly wrong: readonly string[]
  readonly left: readonly string[]
  readonly before: Figures
  readonly during: Figures
  readonly after: Figures
}

/** 2,000 is what is promised; every run of the tests makes a sample of it. */
const calls = Number(process.env.STINT_CALLS ?? 300)
/** Arenas of libc and V8's code range are cut at other places as they are used; V8's heap is not counted at all. */
const mappingsOfRuntime = 12

/** Idle keepers of templates come and go: two sockets each, two keepers for each of ten modules. After close() none is there. */
const idleSeats = { exec: 0, fork: 40 }

behaviours(`${calls} mixed calls`, ({ isolation }) => {
  test('with 256 descriptors allowed: every ending is told right, and the host holds what it held', async (t) => {
    const host = startHost('many-calls', [String(calls), '2', isolation], ['prlimit', '--nofile=256:256'])
    const held = await host.line<Held>(0, 60_000 + calls * 500)
    await host.ended
    assert.deepEqual(held.wrong, [], host.complaints())
    assert.deepEqual(held.left, [])
    assert.ok(held.during.descriptors <= held.before.descriptors + 4 + idleSeats[isolation], JSON.stringify(held))
    assert.ok(held.after.descriptors <= held.before.descriptors, JSON.stringify(held))
    t.diagnostic(JSON.stringify({ before: held.before, during: held.during, after: held.after }))
    assert.ok(held.after.mappings <= held.before.mappings + mappingsOfRuntime, JSON.stringify(held))
  })
})
