// A Node that runs as a command fits its heap to its control group's limit. Whether it comes to that heap's end or to the limit itself are
// two things, and told as such.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stint } from '../support/cli.js'
import { command, commandBehaviours } from '../support/suite.js'

const memory = '400MB'
const look = `JSON.stringify([v8.getHeapStatistics().heap_size_limit, fs.readFileSync('/proc/self/cgroup', 'utf8')])`
const grow = 'for (const kept = [];;) kept.push(new Array(10_000).fill(kept.length))'
const large = '--max-old-space-size=4000'

interface Heap {
  readonly limit: number
  /** Is the job in a group of its own that limits its memory? */
  readonly grouped: boolean
}

async function heapUnder(options: { readonly memory?: typeof memory }): Promise<Heap> {
  const outcome = await command(process.execPath, ['-p', look], { ...options, wallTime: '20s' })
  const [limit, groups] = JSON.parse(String(outcome.stdout)) as [number, string]
  return { limit, grouped: /^(\d+:memory|0:):.*stint-/m.test(groups) }
}

const ending = async (evidence: 'auto' | 'exact', ...flags: string[]) => {
  const outcome = await command(process.execPath, [...flags, '-e', grow], { memory, evidence, wallTime: '60s' })
  return `${outcome.kind}/${outcome.reason} ${outcome.certainty}`
}

commandBehaviours('a Node that runs as a command', () => {
  test('has a heap that fits its control group, and the usual one without', async () => {
    const [free, limited] = await Promise.all([heapUnder({}), heapUnder({ memory })])
    if (limited.grouped) assert.ok(limited.limit < 400e6, `${limited.limit} of ${free.limit} bytes`)
    else assert.equal(limited.limit, free.limit)
  })

  test('aborts when its heap is full: nothing was refused, and nobody says so', async () => {
    const { grouped } = await heapUnder({ memory })
    const wanted = grouped
      ? ['Anything/signaled certain', 'Anything/signaled certain']
      : ['Memorylimit/data probable', 'Memorylimit/data certain']
    assert.deepEqual([await ending('auto'), await ending('exact')], wanted)
  })

  test('comes to the limit itself with a larger heap', async () => {
    assert.equal(await ending('auto', large), 'Memorylimit/data probable')
    assert.equal(await ending('exact', large), 'Memorylimit/data certain')
  })

  test('has its peak told by the command line, with what it may mean', async () => {
    const { grouped } = await heapUnder({ memory })
    const line = async (...flags: string[]) =>
      (await stint(['run', '--memory', memory, ...flags, '--', process.execPath, '-e', grow])).stderr
    if (!grouped) return assert.match(await line(), /^stint: Memorylimit/m)
    const peak =
      /died by SIG(ABRT|TRAP), which stint did not send\. Its peak of [\d.]+ MB was close to its limit memory of 400 MB: it may /
    const heap = 'have filled a heap that it fits to the limit, as Node does. ['
    const [guessed, watched] = [await line(), await line('--evidence', 'exact')]
    for (const text of [guessed, watched]) assert.match(text, peak)
    assert.ok(guessed.includes(`it may have been refused more (--evidence exact tells), or ${heap}`), guessed)
    assert.ok(watched.includes(`it may ${heap}`), watched)
  })
})
