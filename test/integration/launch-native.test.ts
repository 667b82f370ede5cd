// The addon's `launch` by itself: what a keeper is given, what the host hears of it and in which order, and what is left.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, writeSync } from 'node:fs'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { hostCause, type NativePlan, native } from '#lib/native.js'
import { figures, gained, hostState } from '../support/host-state.js'
import { command, launched, unlimited, worker } from '../support/launched.js'
import { fixture } from '../support/paths.js'
import '../support/own-folder.js'
import { ending, until, within } from '../support/poll.js'
import { alive } from '../support/processes.js'

const { addon } = native()
const silent = { launched() {}, message() {}, garbage() {}, report() {}, gone() {} }

test('a command is launched, heard and reaped, in this order', async () => {
  const run = launched(command('echo out; echo err >&2; exit 3'))
  await within(5_000, run.gone)
  assert.deepEqual(run.order, ['launched', 'report', 'gone'])
  assert.equal(run.report?.exitCode, 3)
  assert.equal(run.report?.failedStep, 0)
  assert.equal(await run.gone, 0)
  assert.equal(run.text(1), 'out\n')
  assert.equal(run.text(2), 'err\n')
})

test('all output that precedes a report has been captured when it is heard', async () => {
  for (let i = 0; i < 20; i++) {
    const seen: number[] = []
    const run = launched(command('i=0; while [ $i -lt 400 ]; do echo 0123456789; i=$((i+1)); done'), () =>
      seen.push(run.text(1).length),
    )
    await within(5_000, run.gone)
    assert.deepEqual(seen, [4400])
  }
})

test('the first bytes of a stream are kept, the rest is drained and told', async () => {
  const run = launched({ ...command('head -c 3000000 /dev/zero; echo end >&2'), outputSize: 1000 })
  await within(10_000, run.gone)
  assert.equal(run.keeper.captured(1).bytes.length, 1000)
  assert.equal(run.keeper.captured(1).truncated, true)
  assert.deepEqual({ ...run.keeper.captured(2), bytes: run.text(2) }, { bytes: 'end\n', truncated: false })
})

test('a piped stream is given to the host as a descriptor of its own', async () => {
  const run = launched({ ...command('cat >&2'), stdin: 'pipe' })
  assert.ok(run.keeper.stdin > 2)
  assert.equal(run.keeper.stdout, -1)
  writeSync(run.keeper.stdin, 'through')
  closeSync(run.keeper.stdin)
  await within(5_000, run.gone)
  assert.equal(run.text(2), 'through')
})

test('a job gets none of the descriptors of the host', async () => {
  const run = launched(command('ls /proc/self/fd; cat /proc/self/status'))
  await within(5_000, run.gone)
  const numbers = run
    .text(1)
    .split('\n')
    .filter((line) => /^\d+$/.test(line))
  assert.deepEqual(numbers, ['0', '1', '2', '3']) // 3: the folder that ls reads
  assert.match(run.text(1), /^SigBlk:\t0{16}$/m)
  assert.match(run.text(1), /^SigIgn:\t0{16}$/m) // Node ignores SIGPIPE; a job must not
})

test('a keeper that cannot be executed is told with step and errno, and leaves nothing', async () => {
  const attempt = async () => {
    const run = launched({ ...command('true'), keeper: '/nowhere/stint-keeper' })
    await ending(run.gone)
    assert.deepEqual([run.order, run.report?.failedStep, run.report?.failedErrno], [['report', 'gone'], 2, 2])
  }
  await attempt() // the first one maps memory that stays
  const before = hostState()
  await attempt()
  assert.deepEqual(gained(before, hostState()), [])
})

test('a path of a keeper that no system call takes is refused at once', () => {
  const attempt = () => addon.launch({ ...command('true'), keeper: 'k'.repeat(5000) }, silent)
  assert.throws(attempt, { step: 1, code: 'ENAMETOOLONG' })
})

test('a field of the wrong type is named, nothing is coerced', () => {
  const wrong: [Record<string, unknown>, RegExp][] = [
    [{ argv: 'sh' }, /^argv must be an array/],
    [{ argv: [1] }, /^argv must be a string/],
    [{ files: [] }, /^files must be a list/],
    [{ env: ['A=b'] }, /^env must be a string/],
    [{ env: 'A=b\0C=d' }, /^env must be variables, each with a NUL after it/],
    [{ stdin: 'capture' }, /^stdin must be/],
    [{ stdout: 'file' }, /^stdout must be/],
    [{ outputSize: 1.5 }, /^outputSize must be an integer/],
    [{ nice: '1' }, /^nice must be an integer/],
    [{ uid: 2 ** 32 }, /^uid must be an integer/],
    [{ command: 1 }, /^command must be a boolean/],
    [{ limits: { ...unlimited, memory: Number.NaN } }, /^limits.memory must be an integer/],
    [{ limits: null }, /^memory must be a field of an object/],
  ]
  for (const [change, message] of wrong) {
    const plan = { ...command('true'), ...change } as NativePlan
    assert.throws(
      () => addon.launch(plan, silent),
      (error: Error) => error instanceof TypeError && message.test(error.message),
    )
  }
  assert.throws(() => addon.launch(command('true'), { ...silent, gone: 1 } as never), /^TypeError.*gone must be a function/)
})

test('an argument list of a megabyte reaches the command', async () => {
  const text = 'x'.repeat(100_000)
  const run = launched({ ...command('echo $#'), argv: ['sh', '-c', 'echo $#', ...Array.from({ length: 10 }, () => text)] })
  await within(5_000, run.gone)
  assert.equal(run.text(1), '9\n')
})

test('a signal reaches the job, and is told to be of no use once it has ended', async () => {
  const run = launched(command('exec sleep 30'))
  await within(5_000, run.launched)
  assert.equal(run.keeper.signal(15), true)
  await within(5_000, run.gone)
  assert.equal(run.report?.signal, 15)
  assert.equal(run.report?.hostSignal, 15)
  assert.equal(run.keeper.signal(15), false)
})

test('closing kills the tree and is silent and idempotent', async () => {
  const run = launched(command('sleep 30 & sleep 30'))
  const pid = await within(5_000, run.launched)
  run.keeper.close()
  run.keeper.close()
  await until('the job is gone', () => !alive(pid))
  assert.deepEqual(run.order, ['launched'])
  assert.equal(run.keeper.signal(9), false)
})

test('a killed keeper is told, and its job dies with it', async () => {
  const run = launched(command('exec sleep 30'))
  const pid = await within(5_000, run.launched)
  process.kill(run.keeper.pid, 'SIGKILL')
  assert.equal(await within(5_000, run.gone), 9)
  assert.equal(run.report, undefined)
  await until('the job is gone', () => !alive(pid))
})

test('a message of any size passes the channel both ways', async () => {
  for (const [mainSize, segmentSize] of [
    [0, 0],
    [100, 10],
    [70_000, 0],
    [10, 5_000_000],
  ] as const) {
    const run = launched(worker('echo'))
    const main = Buffer.alloc(mainSize, 'm')
    const segment = Buffer.alloc(segmentSize, 's')
    run.keeper.send(7, 0xffff_ffff_ffff_ffffn, main, [segment, new Float64Array([1.5])])
    const [type, token, gotMain, segments] = await within(5_000, run.message)
    assert.deepEqual([type, token], [7, 0xffff_ffff_ffff_ffffn])
    assert.ok(main.equals(gotMain))
    assert.ok(segment.equals(Buffer.from(segments[0] as ArrayBuffer)))
    assert.deepEqual(new Float64Array(segments[1] as ArrayBuffer), new Float64Array([1.5]))
    run.keeper.close()
  }
})

test('garbage on the channel is told once and nothing more is read', async () => {
  const run = launched(worker('garbage'))
  assert.match(await within(5_000, run.garbage), /magic number/)
  run.keeper.close()
  assert.equal(run.order.filter((event) => event === 'garbage').length, 1)
})

test('a worker that closes its channel and lives on is ended as lost', async () => {
  const run = launched(worker('mute'))
  await within(5_000, run.gone)
  assert.equal(run.report?.causes[0]?.cause, hostCause.lost)
})

test('an event that throws is an uncaught exception, and the next event still comes', () => {
  const host = fixture('hosts/throwing-events').pathname
  const text = execFileSync(process.execPath, [host], { encoding: 'utf8', timeout: 20_000 })
  assert.deepEqual(JSON.parse(text), ['from launched', 'from report', 'gone'])
})

test('a thread that ends takes its keepers along, and nobody else’s', async () => {
  const mine = launched(command('exec sleep 30'))
  const pid = await within(5_000, mine.launched)
  for (const how of ['end', 'terminate', 'exit'] as const) {
    const thread = new Worker(fixture('hosts/launching-thread'), { workerData: how })
    const pids = await within(10_000, new Promise<number[]>((resolve) => thread.once('message', resolve)))
    assert.equal(pids.length, 3)
    if (how === 'terminate') await thread.terminate()
    await until(`the jobs of a thread are gone (${how})`, () => pids.every((each) => !alive(each)))
  }
  assert.ok(alive(pid))
  mine.keeper.close()
  await until('the last job is gone', () => !alive(pid))
})

test('an unreferenced keeper does not keep the host alive', () => {
  const host = fixture('hosts/unreferenced').pathname
  const started = performance.now()
  execFileSync(process.execPath, [host], { timeout: 20_000 })
  assert.ok(performance.now() - started < 10_000)
})

test('300 launches leave no descriptor, process or mapping behind', async () => {
  const once = async () => within(10_000, launched(command('true')).gone)
  for (let i = 0; i < 20; i++) await once()
  const before = hostState()
  const { mappings } = figures()
  for (let i = 0; i < 300; i++) await once()
  const left = () => gained(before, hostState())
  await until('everything is given back', () => left().length === 0).catch(() => undefined)
  assert.deepEqual(left(), [])
  assert.ok(figures().mappings <= mappings + 12, `${figures().mappings} mappings after ${mappings}`)
})
