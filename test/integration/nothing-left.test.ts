// Many calls of every ending: descriptors, processes, mappings and files are what they were.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startHost } from '../support/hosts.js'
import { commandBehaviours } from '../support/suite.js'

interface Figures {
  readonly mappings: number
  readonly descriptors: number
  readonly resident: number
}
interface Held {
  readonly wrong: readonly string[]
  readonly left: readonly string[]
  readonly before: Figures
  readonly during: Figures
  readonly after: Figures
}

/** 2,000 is what is promised; every run of the tests makes a sample of it. */
const calls = Number(process.env.STINT_CALLS ?? 300)
/** V8's own heap and libc's arenas come and go; what leaks a mapping a call is far above it. */
const mappingsOfRuntime = 60

commandBehaviours(`${calls} mixed calls`, () => {
  test('with 256 descriptors allowed: every ending is told right, and the host holds what it held', async () => {
    const host = startHost('many-calls', [String(calls), '2'], ['prlimit', '--nofile=256:256'])
    const held = await host.line<Held>(0, 60_000 + calls * 500)
    await host.ended
    assert.deepEqual(held.wrong, [], host.complaints())
    assert.deepEqual(held.left, [])
    assert.ok(held.during.descriptors <= held.before.descriptors + 4, JSON.stringify(held))
    assert.ok(held.after.mappings <= held.before.mappings + mappingsOfRuntime, JSON.stringify(held))
  })
})
