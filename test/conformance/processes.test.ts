// The limit on processes, over each rung that counts them.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import type { NativePlan } from '#lib/native.js'
import { cause } from '#lib/verdict/causes.js'
import { causes, fixed, kept, MS, script } from '../support/kept.js'
import { isRoot, unusedUid } from '../support/plain-user.js'
import { on, overEvery, type Rung, wrongRung } from '../support/rungs.js'

const rungs: readonly Rung[] = [
  { title: 'ptrace', served: 'fork-trace', without: [] },
  { title: 'a pids cgroup and a look', served: 'pids-cgroup', needs: ['pids'], without: ['fork-trace', 'fork-listener'] },
  { title: 'a user namespace and a look', served: 'user-namespace', without: ['fork-trace', 'pids-cgroup'] },
  { title: 'a seccomp listener', served: 'fork-listener', without: ['fork-trace', 'pids-cgroup', 'user-namespace'] },
  { title: 'a look alone', without: ['fork-trace', 'pids-cgroup', 'user-namespace', 'fork-listener'] },
]

const unshares = spawnSync('unshare', ['-U', 'true']).status === 0

// Where none are allowed nobody needs to be counted, so a listener comes first.
const rungsOfNone: readonly Rung[] = [
  { title: 'a seccomp listener', served: 'fork-listener', without: [] },
  { title: 'a pids cgroup and a look', served: 'pids-cgroup', needs: ['pids'], without: ['fork-listener'] },
  { title: 'a user namespace and a look', served: 'user-namespace', without: ['fork-listener', 'pids-cgroup'] },
  { title: 'a look alone', without: ['fork-listener', 'pids-cgroup', 'user-namespace'] },
]

// As root, whom RLIMIT_NPROC does not bind, and as a user whose other programs it would count.
const uids = isRoot ? [-1, unusedUid()] : [-1]

/** A user namespace of its own is nothing for a job of root (docs/limits.md). */
function expected(rung: Rung, uid: number): Rung {
  const roots = uid < 0 && isRoot
  const { served, ...rest } = rung
  return served === 'user-namespace' && (roots || !unshares) ? rest : rung
}

/** The plan on that rung, as a user who may have it. */
function asAllowed(rung: Rung, plan: NativePlan): NativePlan {
  const uid = isRoot && rung.served === 'user-namespace' ? unusedUid() : -1
  return on(rung, { ...plan, uid, gid: uid })
}

for (const uid of uids) {
  const who = uid < 0 ? "as the host's user" : 'as another user'

  overEvery(rungs, `one child is let through and the second of four ends the job ${who}`, async (rung) => {
    const crowd =
      uid < 0 ? [] : await Promise.all(Array.from({ length: 5 }, () => kept({ ...fixed('children', [10]), uid, gid: uid })))
    assert.ok(crowd.every(({ report }) => report.exitCode === 0))
    const busy = kept({ ...fixed('children', [300]), uid, gid: uid })
    const limits = { processes: 1, wallNs: 10_000 * MS }
    const over = (await kept(on(rung, { ...fixed('children', [4], limits), uid, gid: uid }))).report
    assert.equal(wrongRung(expected(rung, uid), over), undefined)
    assert.deepEqual(causes(over), [cause.forkDenied])
    const under = (await kept(on(rung, { ...fixed('children', [1], limits), uid, gid: uid }))).report
    assert.deepEqual([causes(under), under.exitCode], [[], 0])
    assert.equal((await busy).report.exitCode, 0)
  })
}

for (const uid of uids) {
  const who = uid < 0 ? "as the host's user" : 'as another user'

  overEvery(rungsOfNone, `none are allowed: the first child ends the job, threads do not ${who}`, async (rung) => {
    const limits = { processes: 0, wallNs: 10_000 * MS }
    const over = (await kept(on(rung, { ...fixed('children', [1], limits), uid, gid: uid }))).report
    assert.equal(wrongRung(expected(rung, uid), over), undefined)
    assert.deepEqual(causes(over), [cause.forkDenied])
    const under = (await kept(on(rung, { ...fixed('threads', [20], limits), uid, gid: uid }))).report
    assert.deepEqual([causes(under), under.exitCode], [[], 0])
  })
}

overEvery(rungs, 'threads are no processes', async (rung) => {
  const { report } = await kept(asAllowed(rung, fixed('threads', [20], { processes: 1, wallNs: 10_000 * MS })))
  assert.deepEqual([causes(report), report.exitCode], [[], 0])
})

// A listener cannot: a signal (SIGCHLD here) that comes before it has heard of a fork fails the fork with EINTR.
const patient = rungs.filter((rung) => rung.served !== 'fork-listener')
overEvery(patient, 'a shell pipeline of three inside the allowance works every time', async (rung) => {
  for (let i = 0; i < 25; i++) {
    const plan = script('echo a b c | tr " " "\\n" | wc -l', { processes: 4, wallNs: 10_000 * MS })
    const { report, output } = await kept(asAllowed(rung, plan))
    assert.deepEqual([causes(report), report.exitCode, output.trim()], [[], 0, '3'])
  }
})

overEvery(rungs, 'a fork bomb is ended', async (rung) => {
  const { report } = await kept(asAllowed(rung, fixed('fork_bomb', [], { processes: 8, wallNs: 10_000 * MS })))
  assert.equal(causes(report)[0], cause.forkDenied)
  assert.ok(report.peakProcesses < 200, `${report.peakProcesses}`)
})
