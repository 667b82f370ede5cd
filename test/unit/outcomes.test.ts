// docs/outcomes.md has a row for every kind and reason that there is, with what it does not mean.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Outcome } from 'stint'
import { root } from '../support/paths.js'

type Kind = Outcome<unknown>['kind']
/** Complete, or it does not compile. */
const reasons: { readonly [K in Kind]: Readonly<Record<Extract<Outcome<unknown>, { kind: K }>['reason'], true>> } = {
  Ok: { returned: true, exited: true },
  CpuTimeout: { 'worker-clock': true, 'tree-clock': true, kernel: true },
  Timeout: { wall: true },
  Memorylimit: { heap: true, 'address-space': true, data: true, cgroup: true, tree: true, thread: true },
  Subprocess: { denied: true },
  Anything: {
    threw: true,
    exited: true,
    signaled: true,
    aborted: true,
    unserializable: true,
    'too-large': true,
    'launch-failed': true,
    unsettled: true,
    lost: true,
  },
}

test('docs/outcomes.md says of every kind and reason what happened and what it does not mean', () => {
  const rows = readFileSync(join(root, 'docs/outcomes.md'), 'utf8').matchAll(
    /^\| `(\w+)` \| `([\w-]+)` \| (.{20,}) \| (.{10,}) \|$/gm,
  )
  const documented = [...rows].map(([, kind, reason]) => `${kind}/${reason}`)
  const existing = Object.entries(reasons).flatMap(([kind, each]) => Object.keys(each).map((reason) => `${kind}/${reason}`))
  assert.deepEqual(documented.sort(), existing.sort())
})
