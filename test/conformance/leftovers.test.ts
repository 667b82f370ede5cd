// Nothing of a job is alive when its end is told, whichever rung kills it.
import assert from 'node:assert/strict'
import { accessSync, constants, mkdirSync, rmdirSync } from 'node:fs'
import { cause } from '#lib/verdict/causes.js'
import { causes, fixed, type Kept, kept, lasted, MS, script } from '../support/kept.js'
import { launched } from '../support/launched.js'
import { isRoot, unusedUid } from '../support/plain-user.js'
import { ending, SLACK, until } from '../support/poll.js'
import { alive } from '../support/processes.js'
import { program } from '../support/programs.js'
import { on, overEvery, type Rung, wrongRung } from '../support/rungs.js'

// A limit on CPU time asks for a group; the other rung needs none.
const rungs: readonly Rung[] = [
  { title: 'a frozen group and cgroup.kill', served: 'cgroup-kill', needs: ['unified'], without: [] },
  { title: 'the subreaper alone', without: ['cgroup-kill', 'unified', 'memory', 'cpuacct', 'pids'] },
]
const wall = { wallNs: 400 * MS, cpuNs: 600_000 * MS }

/** The numbers that the job has printed are nobody's any more, and it ended by its wall limit, soon after it. */
function gone(rung: Rung, { report, output }: Kept): void {
  assert.equal(wrongRung(rung, report), undefined)
  assert.deepEqual(causes(report), [cause.wall])
  assert.ok(report.cleanNs > 0 && lasted(report).cleaning < SLACK, `${lasted(report).cleaning} ms`)
  for (const pid of output.split(/\s+/).filter(Boolean)) assert.ok(!alive(Number(pid)), `${pid} is alive`)
}

overEvery(rungs, 'comets, each of a session of its own, are gone', async (rung) => {
  for (const count of [20, 60]) gone(rung, await kept(on(rung, fixed('comets', [count, 8_000], wall))))
})

overEvery(rungs, 'a tree that is stopped is gone', async (rung) => {
  const stops = 'for i in 1 2 3; do setsid sleep 60 & echo $!; kill -STOP $!; done; kill -STOP $$; sleep 60'
  gone(rung, await kept(on(rung, script(stops, wall))))
})

overEvery(rungs, 'daemons that hold stdout are gone', async (rung) => {
  const daemons = `${program('daemon')} 60; setsid sleep 60 & echo $!; sleep 60`
  gone(rung, await kept(on(rung, script(daemons, wall))))
})

overEvery(rungs, 'descendants that trace, stop and kill each other are gone', async (rung) => {
  gone(rung, await kept(on(rung, fixed('trace_each_other', [], wall))))
  const duel = 'for i in 1 2 3 4; do (while :; do kill -STOP 0; done) & (while :; do kill -CONT 0; done) & echo $!; done; wait'
  gone(rung, await kept(on(rung, script(duel, wall))))
})

// Only of a user of its own: everybody's kill -1 would reach the tests themselves.
overEvery(isRoot ? rungs : [], 'a job that kills whatever it may is gone', async (rung) => {
  const uid = unusedUid()
  const hunt = '(while :; do kill -KILL -1; done) & echo $!; setsid sleep 60 & echo $!; sleep 60'
  const { report, output } = await kept(on(rung, { ...script(hunt, wall), uid, gid: uid }))
  assert.equal(report.signal, 9)
  assert.ok(report.cleanNs > 0)
  for (const pid of output.split(/\s+/).filter(Boolean)) assert.ok(!alive(Number(pid)), `${pid} is alive`)
})

// A job that may make groups of its own can freeze its tree there; under v1 a frozen process does not even die.
const frozen = [
  { title: "v1's freezer", folder: '/sys/fs/cgroup/freezer', file: 'freezer.state', word: 'FROZEN' },
  { title: 'v2', folder: '/sys/fs/cgroup/unified', file: 'cgroup.freeze', word: '1' },
  { title: 'v2 alone', folder: '/sys/fs/cgroup', file: 'cgroup.freeze', word: '1' },
].filter(({ folder }) => isWritable(`${folder}/cgroup.procs`))

for (const { title, folder, file, word } of frozen) {
  overEvery(rungs, `a tree that has frozen itself in a group of ${title} is gone`, async (rung) => {
    const group = `${folder}/frozen-${process.pid}`
    mkdirSync(group)
    try {
      const freeze = `for i in 1 2 3; do sleep 60 & echo $!; echo $! >${group}/cgroup.procs; done
        echo $$ >${group}/cgroup.procs; echo ${word} >${group}/${file}; sleep 60`
      gone(rung, await kept(on(rung, script(freeze, { ...wall, wallNs: 1_500 * MS }))))
    } finally {
      await until('the group is empty', () => removed(group))
    }
  })
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function removed(group: string): boolean {
  try {
    rmdirSync(group)
    return true
  } catch {
    return false
  }
}

overEvery(rungs, 'a job that kills its keeper leaves nothing, and no report', async (rung) => {
  const run = launched(on(rung, script('setsid sleep 60 & echo $!; sleep 60 & echo $!; kill -KILL $PPID; sleep 60', wall)))
  await ending(run.gone)
  assert.equal(run.report, undefined)
  const pids = run.text(1).split(/\s+/).filter(Boolean).map(Number)
  assert.equal(pids.length, 2)
  await until('both are gone', () => pids.every((pid) => !alive(pid)), SLACK)
})
