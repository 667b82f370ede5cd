// Memory of a whole tree, over each rung that holds it: whichever serves, the same programs end in the same way.
import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { cause } from '#lib/verdict/causes.js'
import { causes, fixed, type Kept, kept, MB, MS, script } from '../support/kept.js'
import { onDisk } from '../support/paths.js'
import { SLACK } from '../support/poll.js'
import { program } from '../support/programs.js'
import { on, overEvery, type Rung, wrongRung } from '../support/rungs.js'

const rungs: readonly (Rung & { readonly cause: number })[] = [
  {
    title: 'a memory cgroup',
    served: 'memory-cgroup',
    needs: ['memory'], // of v2 only where the host's group may give its controllers away
    without: [],
    cause: cause.cgroupMemory,
  },
  { title: "the keeper's sum", without: ['memory-cgroup'], cause: cause.treeMemory },
]

/** COUNT children that hold MEGABYTES each. */
function holders(count: number, megabytes: number, limit: number) {
  const numbers = Array.from({ length: count }, (_, index) => index).join(' ')
  const line = `for n in ${numbers}; do ${program('hold')} ${megabytes} 700 & done; wait`
  return script(line, { memory: limit * MB, wallNs: 20_000 * MS })
}

async function keptOn(rung: Rung, plan: Parameters<typeof kept>[0]): Promise<Kept> {
  const result = await kept(on(rung, plan))
  assert.equal(wrongRung(rung, result.report), undefined)
  return result
}

/** The cause of the rung that served: a machine without it falls back to the next. */
function causeOn(rung: (typeof rungs)[number], { report }: Kept): number {
  return report.rungs & 1 ? rung.cause : cause.treeMemory
}

overEvery(rungs, 'six children with 180 MB each are ended under 512 MB', async (rung) => {
  const ended = await keptOn(rung, holders(6, 180, 512))
  assert.deepEqual(causes(ended.report), [causeOn(rung, ended)])
  assert.ok(ended.report.peakTreeMemory > 500 * MB, `${ended.report.peakTreeMemory}`)
  assert.ok((ended.report.cleanNs - ended.report.beginNs) / MS < SLACK)
})

overEvery(rungs, 'two children with 180 MB each are spared under 512 MB, and what they held is told', async (rung) => {
  const { report } = await keptOn(rung, holders(2, 180, 512))
  assert.deepEqual([causes(report), report.exitCode], [[], 0])
  assert.ok(report.peakTreeMemory > 350 * MB && report.peakTreeMemory < 420 * MB, `${report.peakTreeMemory}`)
})

overEvery(rungs, 'children just under the limit are spared', async (rung) => {
  const { report } = await keptOn(rung, holders(3, 98, 300))
  assert.deepEqual([causes(report), report.exitCode], [[], 0])
  assert.ok(report.peakTreeMemory > 280 * MB && report.peakTreeMemory <= 300 * MB, `${report.peakTreeMemory}`)
})

// Real-time processes on every core keep the keeper from its look until the group's own limit is reached, a little further up.
overEvery(rungs, 'memory that is used up before the keeper can look is told all the same', async (rung, context) => {
  const keepBusy = 'timeout 0.2 sh -c "while :; do :; done" &'.repeat(availableParallelism())
  const line = `chrt -f 1 true || exit 77; chrt -f 1 sh -c '${keepBusy} exec chrt -f 2 ${program('share_memory')} 60 2000'`
  const ended = await keptOn(rung, script(line, { memory: 20 * MB, wallNs: 20_000 * MS }))
  if (ended.report.exitCode === 77) return context.skip('no right to a real-time policy')
  assert.deepEqual(causes(ended.report), [causeOn(rung, ended)])
  assert.ok(ended.report.peakTreeMemory > 20 * MB, `${ended.report.peakTreeMemory}`)
})

overEvery(rungs, 'shared memory counts once', async (rung) => {
  const over = await keptOn(rung, fixed('shared', [300, 20_000], { memory: 200 * MB, wallNs: 20_000 * MS }))
  assert.deepEqual(causes(over.report), [causeOn(rung, over)])
  const under = await keptOn(rung, fixed('shared', [120, 600, 5], { memory: 200 * MB }))
  assert.deepEqual([causes(under.report), under.report.exitCode], [[], 0])
})

overEvery(rungs, 'what a child of vfork borrows counts once', async (rung) => {
  const { report } = await keptOn(rung, fixed('vforks', [70, 400], { memory: 100 * MB }))
  assert.deepEqual([causes(report), report.exitCode], [[], 0])
  assert.ok(report.peakTreeMemory > 69 * MB && report.peakTreeMemory < 80 * MB, `${report.peakTreeMemory}`)
})

overEvery(
  rungs,
  'pages of files that are read are not the memory of the job, nor part of what it is told to have held',
  async (rung) => {
    const read = `d=$(mktemp -p ${onDisk()}); head -c 150000000 /dev/zero >$d; cat $d >/dev/null; cat $d >/dev/null; rm $d`
    const { report } = await keptOn(rung, { ...script(read, { memory: 60 * MB }), cwd: '/' })
    assert.deepEqual([causes(report), report.exitCode], [[], 0])
    assert.ok(report.peakTreeMemory < 20 * MB, `${report.peakTreeMemory}`)
  },
)
