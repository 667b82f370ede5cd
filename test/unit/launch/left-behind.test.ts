import assert from 'node:assert/strict'
import { test } from 'node:test'
import { membersOf } from '#lib/launch/left-behind.js'

const table = [
  { pid: 1, parent: 0, session: 1 },
  { pid: 40, parent: 41, session: 40 }, // a number below its parent's: they wrap
  { pid: 41, parent: 43, session: 41 },
  { pid: 42, parent: 1, session: 42 },
  { pid: 43, parent: 1, session: 42 },
  { pid: 44, parent: 1, session: 44 },
]

test('the members of a session are found with all that came of them, whatever session that is in', () => {
  assert.deepEqual(new Set(membersOf(42, table)), new Set([40, 41, 42, 43]))
})

test('a session without members has none, and its number is nobody else', () => {
  assert.deepEqual(membersOf(45, table), [])
  assert.deepEqual(membersOf(44, table), [44])
})
