// A rung that cannot be had is named with a remedy, and the next one serves.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { spawnLimited } from 'stint'
import { examineLadder } from '#lib/doctor/ladder.js'
import { cgroupsForJob } from '#lib/launch/cgroup-places.js'
import type { Rung } from '#lib/types.js'
import { hostState } from '../support/host-state.js'
import { root } from '../support/paths.js'
import { ending, until } from '../support/poll.js'
import { alive, processOf } from '../support/processes.js'
import { program } from '../support/programs.js'

const fixture = join(root, 'out/fixtures/hosts/ladder.js')
const host = (before: string) => ['-m', 'sh', '-c', `${before} && exec "$0" "$@"`, process.execPath, fixture, program('hold')]
const mayUnshare = spawnSync('unshare', ['-m', 'true']).status === 0

async function under(before: string): Promise<{ readonly rungs: readonly Rung[]; readonly ending: string }> {
  const child = spawn('unshare', host(before), { stdio: ['ignore', 'pipe', 'inherit'] })
  return JSON.parse(await ending(text(child.stdout)))
}

test('every rung is used, kept for the case, or missing with a reason and a remedy', async () => {
  const rungs = await ending(examineLadder())
  assert.equal(rungs.length, 10)
  for (const rung of rungs) {
    assert.ok(rung.state !== 'missing' || (rung.why && rung.remedy), JSON.stringify(rung))
  }
})

test('without a place for groups the sum of the tree serves, and the ladder says so', async () => {
  // A user who may not mount gets the same from the machine as it is.
  const seen = mayUnshare ? await under('mount -t tmpfs -o ro none /sys/fs/cgroup') : { rungs: [], ending: 'Memorylimit/tree' }
  assert.equal(seen.ending, 'Memorylimit/tree')
  for (const rung of seen.rungs.filter(({ mechanism }) => /cgroup/.test(mechanism))) {
    assert.equal(rung.state, 'missing')
    assert.match(rung.why ?? '', /EROFS|ENOENT|hierarchy that holds this process is mounted/)
    assert.match(rung.remedy ?? '', /Delegate=yes/)
  }
})

test('a group that a dead host has left is swept by the next host, one of a living host or of another pid namespace is not', async () => {
  const [name = '', ...paths] = cgroupsForJob()
  const place = paths.find((path) => path !== '')
  if (place === undefined) return assert.deepEqual(cgroupsForJob(), [])
  const [, , namespace] = name.split('-')
  const dead = spawnSync('true').pid
  const [gone, living, elsewhere] = [`${dead}-${namespace}`, `${process.pid}-${namespace}`, `${dead}-1`].map((host) =>
    join(place, `stint-${host}-left`),
  ) as [string, string, string]
  for (const path of [gone, living, elsewhere]) mkdirSync(path)
  try {
    await under('true')
    assert.deepEqual([gone, living, elsewhere].map(existsSync), [false, true, true], basename(place))
  } finally {
    for (const path of [living, elsewhere]) rmdirSync(path)
  }
})

test('a keeper that is killed leaves neither processes nor groups', async () => {
  const limits = { memory: '100MB', cpuTime: '5s', wallTime: '20s' } as const
  const job = spawnLimited('sh', ['-c', 'setsid sleep 60 & sleep 60'], limits)
  await ending(job.ready())
  const keeper = processOf(job.pid ?? 0)?.parent ?? 0
  process.kill(keeper, 'SIGKILL')
  const outcome = await ending(job.outcome)
  assert.deepEqual([outcome.kind, outcome.reason], ['Anything', 'lost'])
  assert.deepEqual(hostState().cgroups, [])
})

test('what a SIGKILL of host, guard and keeper leaves is swept by the next host', async () => {
  const [, ...places] = cgroupsForJob() // now: the first call in a process sweeps by itself
  const source = `const { spawnLimited } = await import('stint')
    const job = spawnLimited('sleep', ['60'], { cpuTime: '50s' })
    await job.ready()
    console.log(job.pid)
    await job.outcome`
  const host = spawn(process.execPath, ['--input-type=module', '-e', source], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const job = await new Promise<number>((resolve) => host.stdout.once('data', (text) => resolve(Number(text))))
  const keeper = processOf(job)?.parent as number
  const guard = processOf(keeper)?.parent as number
  process.kill(host.pid as number, 'SIGSTOP') // neither it nor a keeper that finds it gone may clear up
  for (const pid of [keeper, guard, host.pid as number]) process.kill(pid, 'SIGKILL')
  await until('the job is gone with its keeper', () => !alive(job))
  const own = (name: string) => name.startsWith(`stint-${host.pid}-`)
  const left = () => places.filter(Boolean).flatMap((place) => readdirSync(place).filter(own))
  if (places.length > 0) assert.equal(left().length, 1)
  await under('true')
  assert.deepEqual(left(), [])
})
