import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { MemorylimitError } from 'stint'
import { endedAt, failureOf, returned, summary } from '../support/outcomes.js'
import { ending, SLACK } from '../support/poll.js'
import { program } from '../support/programs.js'
import { behaviours, command, commandBehaviours } from '../support/suite.js'

type Memory = typeof import('../fixtures/memory.js')

const MB = 1_000_000
/** Where buffers leave no room, it may be V8 itself that is refused the next page of its heap, and gives up. */
const REFUSED = ['data', 'address-space', 'heap', 'tree', 'cgroup'] as const

behaviours('memory', ({ tasks }) => {
  test('a function just under its limit gives its value, one just over it is a Memorylimit', async () => {
    const { touch } = tasks<Memory>('memory', { memory: '200MB', wallTime: '25s' })
    const fits = await ending(touch.run(150))
    assert.equal(returned(fits), 150)
    assert.ok(fits.usage.peakMemory >= 150 * MB && fits.usage.peakMemory <= 200 * MB, summary(fits))
    const failure = failureOf(await ending(touch.run(230)), 'Memorylimit', REFUSED)
    assert.ok(failure.error instanceof MemorylimitError)
    assert.equal(failure.limits.memory, 200 * MB)
  })

  test('a growing Map and growing strings are ended by the heap', async () => {
    const memory = tasks<Memory>('memory', { memory: '100MB', wallTime: '28s' })
    for (const name of ['growMap', 'growStrings'] as const) {
      const failure = failureOf(await ending(memory[name].run()), 'Memorylimit', REFUSED)
      assert.ok(failure.usage.peakMemory < 200 * MB, summary(failure))
    }
  })

  test('many small strings of 256 MB under half of that are ended', async () => {
    const { smallStrings } = tasks<Memory>('memory', { memory: '128MB', wallTime: '28s' })
    const failure = failureOf(await ending(smallStrings.run(256)), 'Memorylimit', REFUSED)
    assert.ok(failure.usage.peakMemory < 256 * MB, summary(failure))
  })

  test('many small strings that fit are let through', async () => {
    const outcome = await ending(tasks<Memory>('memory', { memory: '256MB', wallTime: '28s' }).smallStrings.run(50))
    assert.ok(returned(outcome) > 700_000)
  })

  test('a growing list of buffers is ended', async () => {
    const { growBuffers } = tasks<Memory>('memory', { memory: '100MB', wallTime: '28s' })
    const failure = failureOf(await ending(growBuffers.run()), 'Memorylimit', REFUSED)
    assert.ok(failure.usage.peakMemory < 130 * MB, summary(failure))
  })

  test('one huge array and one huge buffer are ended', async () => {
    const memory = tasks<Memory>('memory', { memory: '100MB', wallTime: '28s' })
    failureOf(await ending(memory.hugeArray.run()), 'Memorylimit', REFUSED)
    failureOf(await ending(memory.hugeBuffer.run(400)), 'Memorylimit', REFUSED)
  })

  test('a decompression bomb is ended', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * MB), { level: 9 })
    const failure = failureOf(
      await ending(tasks<Memory>('memory', { memory: '64MB', wallTime: '28s' }).inflate.run(bomb)),
      'Memorylimit',
      REFUSED,
    )
    assert.ok(failure.usage.peakMemory < 100 * MB, summary(failure))
  })

  test('1 GB of reserved and untouched address space is not charged', async () => {
    assert.equal(returned(await ending(tasks<Memory>('memory', { memory: '256MB' }).reserve.run(1_000))), 8)
  })

  test('what the host holds is not charged', async () => {
    const held = Buffer.alloc(800 * MB, 1)
    assert.equal(returned(await ending(tasks<Memory>('memory', { memory: '256MB' }).touch.run(50))), 50)
    assert.equal(held.at(-1), 1)
  })

  test('sending a result is not charged', async () => {
    const { result } = tasks<Memory>('memory', { memory: '256MB', wallTime: '28s' })
    const outcome = await ending(result.run(120))
    const value = returned(outcome)
    assert.equal(value.length, 120 * MB)
    assert.deepEqual([value[0], value.at(-1)], [3, 3])
  })

  test('a refused allocation that the function survives leaves its value alone', async () => {
    const { survivesRefusal } = tasks<Memory>('memory', { memory: '100MB' })
    const outcome = await ending(survivesRefusal.run(300))
    assert.equal(returned(outcome), 'caught RangeError')
  })

  test('a thread that grows is ended', async () => {
    const { growInThread } = tasks<Memory>('memory', { memory: '120MB', wallTime: '28s' })
    failureOf(await ending(growInThread.run()), 'Memorylimit', ['thread', ...REFUSED])
  })

  test('children are charged to the job', async () => {
    const { holdInChildren } = tasks<Memory>('memory', { memory: '300MB', wallTime: '28s' })
    failureOf(await ending(holdInChildren.run(program('hold'), 4, 120)), 'Memorylimit', ['tree', 'cgroup'])
  })

  test('a strict address space is held, too', async () => {
    // Room for what only reserves: each thread that allocates takes an arena of 64 MiB (malloc(3)).
    const { touch } = tasks<Memory>('memory', { memory: '400MB', addressSpace: 'strict', wallTime: '28s' })
    assert.equal(returned(await ending(touch.run(100))), 100)
    failureOf(await ending(touch.run(480)), 'Memorylimit', REFUSED)
  })

  test('a job that is killed while it sends a large result is told with its cause, at once', async () => {
    const { sendsForEver } = tasks<Memory>('memory', { wallTime: 1_500, resultSize: Number.POSITIVE_INFINITY })
    const failure = failureOf(await ending(sendsForEver.run(500)), 'Timeout', 'wall')
    endedAt(failure, 1_500)
  })

  test('a job that is killed while it sends a result of 1 GB is signaled, at once', async () => {
    let killed = 0
    const kill = (pid: unknown) => {
      process.kill(pid as number, 'SIGKILL')
      killed = performance.now()
    }
    const { reportPidAndSend } = tasks<Memory>('memory', { onReport: kill, resultSize: '2GB' })
    const failure = failureOf(await ending(reportPidAndSend.run(1_000)), 'Anything', 'signaled')
    const since = performance.now() - killed
    assert.equal(failure.signal, 'SIGKILL')
    assert.ok(since < SLACK, `${since} ms: ${summary(failure)}`)
  })
})

commandBehaviours('memory of commands', () => {
  test('a command just under its limit exits by itself', async () => {
    const outcome = await command(program('hold'), ['80', '50'], { memory: '100MB' })
    assert.equal(outcome.kind, 'Ok', summary(outcome))
    assert.ok(outcome.usage.peakMemory >= 80 * MB && outcome.usage.peakMemory < 100 * MB, summary(outcome))
  })

  test('a command that is refused memory and deals with it keeps its own exit code', async () => {
    const outcome = await command(program('hold'), ['120', '50'], { memory: '100MB' })
    assert.deepEqual([outcome.stdout, outcome.exitCode], ['refused\n', 9])
    assert.equal(outcome.kind, 'Anything', summary(outcome))
  })

  test('reserved and untouched address space is not charged', async () => {
    assert.equal((await command(program('reserve'), ['1000'], { memory: '256MB' })).stdout, 'reserved\n')
    assert.equal((await command(program('reserve'), ['1000'], { addressSpace: '256MB' })).stdout, 'refused\n')
  })

  test('six children with 60 MB each are too much for 200 MB', async () => {
    const script = `for i in 1 2 3 4 5 6; do ${program('hold')} 60 20000 & done; wait`
    failureOf(await command('sh', ['-c', script], { memory: '200MB', wallTime: '25s' }), 'Memorylimit', ['tree', 'cgroup'])
  })
})
