// What a keeper enforces of a command: wall and CPU time, memory, the kernel's own limits; each just under and just over.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cause } from '#lib/verdict/causes.js'
import { causes, fixed, kept, lasted, MB, MS, script } from '../support/kept.js'
import { SLACK } from '../support/poll.js'
import { program } from '../support/programs.js'
import { parseLimits } from '../support/rlimits.js'

test('a wall limit ends a command that sleeps on, and spares one that ends in time', async () => {
  const over = (await kept(script('sleep 30', { wallNs: 200 * MS }))).report
  assert.deepEqual(causes(over), [cause.wall])
  assert.equal(over.killed, true)
  assert.equal(over.signal, 9)
  assert.ok(lasted(over).job >= 200 && lasted(over).job < 200 + SLACK, `${lasted(over).job} ms`)
  const under = (await kept(script('exit 4', { wallNs: 5_000 * MS }))).report
  assert.deepEqual([causes(under), under.exitCode, under.killed], [[], 4, false])
})

test('CPU time is summed over threads', async () => {
  const over = (await kept(fixed('burn', [2, 400], { cpuNs: 300 * MS }))).report
  assert.deepEqual(causes(over), [cause.cpuTree])
  const used = (over.userNs + over.systemNs) / MS
  assert.ok(used >= 300 && used < 500, `${used} ms used`)
  const under = (await kept(fixed('burn', [2, 100], { cpuNs: 1_000 * MS }))).report
  assert.deepEqual([causes(under), under.exitCode], [[], 0])
})

test('CPU time is summed over children that run at once', async () => {
  const over = (await kept(fixed('burn_in_children', [4, 400], { cpuNs: 600 * MS }))).report
  assert.deepEqual(causes(over), [cause.cpuTree])
})

test('CPU time of children that were waited for counts', async () => {
  const loop = 'for n in 1 2 3 4 5 6 7 8; do sh -c "i=0; while [ \\$i -lt 60000 ]; do i=\\$((i+1)); done"; done'
  const over = (await kept(script(loop, { cpuNs: 250 * MS }))).report
  assert.deepEqual(causes(over), [cause.cpuTree])
})

test('CPU time of children that nobody waits for counts', async () => {
  const over = (await kept(fixed('forgetful', [50, 100], { cpuNs: 500 * MS }))).report
  assert.deepEqual(causes(over), [cause.cpuTree])
  assert.ok(over.userNs + over.systemNs >= 500 * MS)
})

test('a command that ends by itself just before its CPU limit keeps its own result and its usage', async () => {
  const { report } = await kept(fixed('burn', [1, 150], { cpuNs: 5_000 * MS }))
  assert.deepEqual([causes(report), report.exitCode], [[], 0])
  const used = (report.userNs + report.systemNs) / MS
  assert.ok(used >= 145 && used < 400, `${used} ms used`)
})

test('private memory above the limit is refused by the kernel', async () => {
  const over = await kept(fixed('hold', [300, 10], { memory: 200 * MB }))
  assert.deepEqual([over.report.exitCode, over.output], [9, 'refused\n'])
  const under = await kept(fixed('hold', [100, 10], { memory: 200 * MB }))
  assert.equal(under.report.exitCode, 0)
  assert.ok(under.report.peakMemory >= 100 * MB && under.report.peakMemory < 120 * MB, `${under.report.peakMemory}`)
})

test('memory of many processes is summed', async () => {
  const many = `for n in 1 2 3 4 5 6; do ${program('hold')} 60 20000 & done; wait`
  const { report } = await kept(script(many, { memory: 200 * MB, wallNs: 20_000 * MS }))
  assert.deepEqual(causes(report), [cause.treeMemory])
  assert.ok(report.peakTreeMemory > 200 * MB, `${report.peakTreeMemory}`)
})

test('shared memory, which no rlimit counts, is held to the limit', async () => {
  const { report } = await kept(fixed('shared', [300, 20_000], { memory: 200 * MB, wallNs: 20_000 * MS }))
  assert.deepEqual(causes(report), [cause.treeMemory])
})

test('memory that processes share is counted once', async () => {
  const { report } = await kept(fixed('shared', [120, 600, 5], { memory: 200 * MB }))
  assert.deepEqual([causes(report), report.exitCode], [[], 0])
  assert.ok(report.peakTreeMemory >= 120 * MB && report.peakTreeMemory < 200 * MB, `${report.peakTreeMemory}`)
})

test('limits are set soft and hard, the CPU backstop above the limit', async () => {
  const limits = {
    memory: 300 * MB,
    addressSpace: 400 * MB,
    cpuNs: 2_500 * MS,
    fileSize: 5 * MB,
    openFiles: 50,
    stack: 4 * MB,
    coreSize: 0,
  }
  const { report, output } = await kept(script('cat /proc/self/limits', limits))
  const seen = parseLimits(output)
  const both = (value: number) => ({ soft: value, hard: value })
  assert.deepEqual(seen['Max data size'], both(300 * MB))
  assert.deepEqual(seen['Max address space'], both(400 * MB))
  assert.deepEqual(seen['Max cpu time'], { soft: 4, hard: 5 })
  assert.deepEqual(seen['Max file size'], both(5 * MB))
  assert.deepEqual(seen['Max open files'], both(50))
  assert.deepEqual(seen['Max stack size'], both(4 * MB))
  assert.deepEqual(seen['Max core file size'], both(0))
  assert.deepEqual(
    { ...report.limits, graceNs: -1, wallNs: -1, processes: -1 },
    { ...limits, graceNs: -1, wallNs: -1, processes: -1 },
  )
})

test("the CPU backstop leaves room for the grace, which may be the program's CPU time", async () => {
  const { output } = await kept(script('cat /proc/self/limits', { cpuNs: 2_500 * MS, graceNs: 3_000 * MS }))
  assert.deepEqual(parseLimits(output)['Max cpu time'], { soft: 7, hard: 8 })
})

test('a limit above the hard limit that stands already is told as what is in force', async () => {
  const now = parseLimits((await kept(script('cat /proc/self/limits'))).output)['Max open files']
  assert.ok(now && now.hard < 1e9)
  const { report, output } = await kept(script('cat /proc/self/limits', { openFiles: 2 ** 40 }))
  assert.equal(report.limits.openFiles, now.hard)
  assert.deepEqual(parseLimits(output)['Max open files'], { soft: now.hard, hard: now.hard })
})

test('usage tells bytes read and written, context switches, and no more than there was', async () => {
  const { report } = await kept(script('head -c 1000000 /dev/zero >/dev/null'))
  assert.ok(report.readBytes >= 1_000_000 && report.writtenBytes >= 1_000_000, `${report.readBytes} ${report.writtenBytes}`)
  assert.ok(report.contextSwitches >= 1)
  assert.equal(report.peakProcesses, 1)
})
