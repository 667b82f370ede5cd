// CPU time of a whole tree, over each rung that counts it.
import assert from 'node:assert/strict'
import { cause } from '#lib/verdict/causes.js'
import { causes, fixed, kept, lasted, MS } from '../support/kept.js'
import { on, overEvery, type Rung, wrongRung } from '../support/rungs.js'

const rungs: readonly Rung[] = [
  { title: 'cpu.stat of a v2 group', served: 'cpu-cgroup', needs: ['unified'], without: ['cpuacct'] },
  { title: 'cpuacct of a v1 group', served: 'cpu-cgroup', needs: ['cpuacct'], without: ['unified'] },
  { title: "the keeper's sum", without: ['cpu-cgroup'] },
]

// More than is allowed, and less; CPU time in all, in ms.
const programs = [
  { title: 'two threads', name: 'burn', over: [2, 400], under: [2, 60] },
  { title: 'four children at once', name: 'burn_in_children', over: [4, 200], under: [4, 30] },
  { title: 'children that nobody waits for', name: 'forgetful', over: [20, 100], under: [6, 20] },
  { title: 'daemons of their own session', name: 'burn_daemons', over: [6, 150], under: [6, 20] },
  { title: 'work in the gaps between timer ticks', name: 'burn_in_gaps', over: [900], under: [120] },
] as const
const limit = 300

for (const { title, name, over, under } of programs) {
  overEvery(rungs, `CPU time of ${title} counts`, async (rung) => {
    const ended = (await kept(on(rung, fixed(name, over, { cpuNs: limit * MS, wallNs: 20_000 * MS })))).report
    assert.equal(wrongRung(rung, ended), undefined)
    assert.deepEqual(causes(ended), [cause.cpuTree])
    const used = (ended.userNs + ended.systemNs) / MS
    assert.ok(used >= limit && used < limit + 150, `${used} ms used`)
    const spared = (await kept(on(rung, fixed(name, under, { cpuNs: limit * MS, wallNs: 20_000 * MS })))).report
    assert.deepEqual([causes(spared), spared.exitCode], [[], 0])
  })
}

// The sum learns of such children only while they live, so it looks often: docs/limits.md says what it misses.
overEvery(rungs, 'CPU time of short children that nobody waits for counts', async (rung) => {
  const { report } = await kept(on(rung, fixed('forgetful', [400, 10], { cpuNs: limit * MS, wallNs: 20_000 * MS })))
  assert.equal(wrongRung(rung, report), undefined)
  assert.deepEqual(causes(report), [cause.cpuTree])
  assert.ok(lasted(report).job < 2_000, `after ${lasted(report).job} ms of 4 s`)
})

overEvery(rungs, 'the CPU time of what ended unseen is told at the end', async (rung) => {
  const { report } = await kept(on(rung, fixed('burn_daemons', [3, 50], { cpuNs: 30_000 * MS })))
  const used = (report.userNs + report.systemNs) / MS
  assert.ok(used >= 150 && used < 400, `${used} ms used`)
})
