// CPU time of a whole tree, over each rung that counts it.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statFields } from '#lib/launch/proc-stat.js'
import { cause } from '#lib/verdict/causes.js'
import { causes, fixed, kept, MS } from '../support/kept.js'
import { program } from '../support/programs.js'
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
  const job = kept(on(rung, fixed('forgetful', [400, 10], { cpuNs: limit * MS, wallNs: 20_000 * MS })))
  const [{ report }, beside] = await burningBeside(job)
  assert.equal(wrongRung(rung, report), undefined)
  assert.deepEqual(causes(report), [cause.cpuTree])
  assert.ok(beside < 2_000, `one that burns beside it had ${beside} ms meanwhile`)
})

overEvery(rungs, 'the CPU time of what ended unseen is told at the end', async (rung) => {
  const { report } = await kept(on(rung, fixed('burn_daemons', [3, 50], { cpuNs: 30_000 * MS })))
  const used = (report.userNs + report.systemNs) / MS
  assert.ok(used >= 150 && used < 400, `${used} ms used`)
})

/** With how much CPU time (ms) the machine had for one other process until then. */
async function burningBeside<T>(job: Promise<T>): Promise<readonly [T, number]> {
  const other = spawn(program('burn'), ['1', '20000'], { stdio: 'ignore' })
  try {
    const result = await job
    const [user, system] = (statFields(other.pid as number) ?? []).slice(14 - 3) // in ticks of 10 ms, proc_pid_stat(5)
    return [result, (Number(user) + Number(system)) * 10]
  } finally {
    other.kill('SIGKILL')
    await once(other, 'close')
  }
}
