// Isolation 'fork': what a fork leaves stale is put right, what must not be forked is not, and whatever dies is replaced.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { describe, test } from 'node:test'
import { limitModule } from 'stint'
import { templateFlags } from '#lib/template-flags.js'
import type * as Forked from '../fixtures/forked.js'
import type * as Leaves from '../fixtures/leaves-timer.js'
import type * as Processes from '../fixtures/processes.js'
import { fixture } from '../support/paths.js'
import { ending, until } from '../support/poll.js'
import { ours, type Process } from '../support/processes.js'
import { closing, leavesNothing } from '../support/suite.js'

/** Modules, and what their import leaves that a fork would not have, or share. */
const unfit = [
  ['leaves-thread', /thread/],
  ['leaves-port', /open|active/],
  ['leaves-timer', /Timeout/],
] as const

const forked = (concurrency = 2) => closing(limitModule<typeof Forked>(fixture('forked'), { isolation: 'fork', concurrency }))

describe('a forked worker', () => {
  leavesNothing()

  test('draws numbers of its own, together with others and after them', async () => {
    const sights = await twiceAndTwice(forked().look)
    const drawn = sights.flatMap((sight) => sight.drawn)
    assert.equal(new Set(drawn).size, drawn.length, drawn.join('\n'))
  })

  test('knows its own number and that of its parent, together with others and after them', async () => {
    const sights = await twiceAndTwice(forked().look)
    assert.equal(new Set(sights.map(({ pid }) => pid)).size, 4)
    for (const { pid, ppid, told } of sights) assert.deepEqual([pid, ppid], told)
  })

  test('starts from the state of the module after its import, not from that of the call before', async () => {
    const { look } = forked(1)
    for (let i = 0; i < 3; i++) assert.equal((await ending(look())).calls, 1)
  })

  test('ends its threads, also the first of a template', async () => {
    const sets = Array.from({ length: 8 }, () =>
      closing(limitModule<typeof Processes>(fixture('processes'), { isolation: 'fork', concurrency: 1 })),
    )
    assert.deepEqual(await ending(Promise.all(sets.map((set) => set.threadsOnly(2)))), Array(8).fill(2))
  })

  test('does not show the flags of its template', async () => {
    const { look } = forked(1)
    const { execArgv } = await ending(look())
    assert.ok(!execArgv.some((flag) => templateFlags.includes(flag)), execArgv.join(' '))
  })

  test('counts from its own start, and its clocks agree', async () => {
    const seen = await twiceAndTwice(forked().clocks)
    assert.equal(new Set(seen.map(({ timeOrigin }) => timeOrigin)).size, 4)
    for (const each of seen) {
      const { uptime, sinceImport, apart, now, end } = each
      assert.ok(uptime < sinceImport && end < sinceImport, `${uptime} ms and ${end} ms of ${sinceImport} ms`)
      assert.ok(Math.abs(uptime - now) < 100, `${uptime} ms and ${now} ms`)
      assert.ok(Math.abs(apart) < 100, `${apart} ms`)
      assert.equal(each.asJson, each.timeOrigin)
      assert.ok(each.timeOrigin > each.atImport + 200, `${each.timeOrigin} after ${each.atImport}`)
    }
  })

  test('dates what happens, and what its loop has done, from its own start', async () => {
    for (const { uptime, dated, now, end, stages, idle, active } of await twiceAndTwice(forked().clocks)) {
      assert.ok(end < uptime + 100, `${end} of ${uptime}`)
      for (const [name, time] of Object.entries(dated))
        assert.ok(time >= now && time <= end, `${name}: ${time} of ${now} to ${end}`)
      for (const time of stages) assert.ok(time >= 0 && time <= now, `${stages}`)
      assert.ok(idle >= 0 && active > 0 && idle + active <= end, `${idle} and ${active} of ${end}`)
    }
  })

  test('waits as long as it was told to, also after it was parked', async () => {
    const { timersOf } = forked()
    const wait = () => timersOf(60)
    const first = await twiceAndTwice(wait)
    await new Promise((resolve) => setTimeout(resolve, 300)) // while its workers stay parked
    for (const waited of [...first, ...(await twiceAndTwice(wait))]) assert.ok(waited >= 59 && waited < 1000, `${waited} ms`)
  })

  test('answers an inspector session', async () => {
    const { evaluate } = forked()
    assert.deepEqual(await twiceAndTwice(() => evaluate('6 * 7')), [42, 42, 42, 42])
  })

  test('opens an inspector of its own', async () => {
    const openInspector = forked().openInspector.with({ stderr: 'ignore' })
    assert.equal(new Set(await twiceAndTwice(openInspector)).size, 4)
  })

  test('has no channel of child_process', async () => {
    for (const seen of await twiceAndTwice(forked().parentChannel)) assert.deepEqual(seen, ['undefined', false, ''])
  })

  test('writes in order, each to what its own call was given', async () => {
    const write = forked().write.with({ stdout: 'capture', stderr: 'capture' })
    const calls = await twiceAndTwice((text) => write.run(text))
    for (const [at, { stdout, stderr }] of calls.entries()) {
      const text = `call ${at}`
      assert.deepEqual([stdout, stderr], [`${text} 1\n${text} 2\n${text} 3\n`, `${text} beside\n`])
    }
  })

  test('does not wait for threads that a fork does not copy: a loop that runs dry after a collection of garbage is told', async () => {
    const { collectAndNeverSettle } = forked(1)
    const outcome = await ending(collectAndNeverSettle.run())
    assert.deepEqual([outcome.kind, outcome.reason], ['Anything', 'unsettled'])
  })

  test('sees the end of a thread that it started after a collection of garbage', async () => {
    assert.equal(await ending(forked(1).threadAfterCollecting()), 0)
  })

  test('collects no garbage because its template has been idle for the 8 s after which V8 would', async () => {
    const { collectionsIn } = forked(1)
    for (const started = performance.now(); performance.now() - started < 10_000; )
      assert.equal(await ending(collectionsIn(300)), 0)
  })

  test('ends with process.exit() at once', async () => {
    const { exitWith } = forked(1)
    const outcome = await ending(exitWith.run(3))
    assert.deepEqual([outcome.kind, outcome.reason, outcome.exitCode], ['Anything', 'exited', 3])
  })
})

describe('a module that must not be forked', () => {
  leavesNothing()
  for (const [name, why] of unfit) {
    test(`${name} is refused, with the reason`, async () => {
      const { add } = closing(limitModule<typeof Leaves>(fixture(name), { isolation: 'fork' }))
      await assert.rejects(ending(add(1, 2)), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'ERR_STINT_UNFIT')
        return why.test(error.message)
      })
    })
  }
})

describe("isolation 'auto'", () => {
  leavesNothing()

  test('forks, and has nothing to remark', async () => {
    const { look } = closing(limitModule<typeof Forked>(fixture('forked')))
    const { isolation, isolationNote } = await ending(look.run())
    assert.deepEqual([isolation, isolationNote], ['fork', undefined])
  })

  for (const [name, why] of unfit) {
    test(`${name} runs in a fresh Node for each call, with the reason, told once to the logger`, async () => {
      const told: string[] = []
      const logger = { debug: () => undefined, warn: (text: string) => told.push(text) }
      const { add } = closing(limitModule<typeof Leaves>(fixture(name), { logger }))
      for (const outcome of [await ending(add.run(1, 2)), await ending(add.run(3, 4))]) {
        assert.deepEqual([outcome.kind, outcome.isolation], ['Ok', 'exec'])
        assert.match(outcome.isolationNote ?? '', why)
      }
      assert.equal(told.length, 1, told.join('\n'))
      assert.match(told[0] ?? '', why)
    })
  }
})

describe('what was forked and is killed from outside', () => {
  leavesNothing()

  test('a template: calls in flight are told, the next one has a new template', async () => {
    const { reportParentAndSleep, look, begun } = reporting()
    await ending(look())
    const running = reportParentAndSleep.run(20_000)
    await begun()
    const template = templateOf(ours())
    assert.ok(template)
    process.kill(template.pid, 'SIGKILL')
    const outcome = await ending(running)
    assert.equal(outcome.kind, 'Anything')
    assert.equal((await ending(look())).calls, 1)
  })

  test('a worker with its keeper: the call is lost, the next one is not', async () => {
    const { reportParentAndSleep, look, begun } = reporting()
    await ending(look())
    const running = reportParentAndSleep.run(20_000)
    process.kill(await begun(), 'SIGKILL')
    const outcome = await ending(running)
    assert.deepEqual([outcome.kind, outcome.reason], ['Anything', 'lost'])
    assert.equal((await ending(look())).calls, 1)
  })

  // Which of a keeper's two sockets is at its end first is a matter of luck.
  test('a template whose keepers have had no job: the host closes every socket of theirs at once', async () => {
    for (let round = 0; round < 8; round++) {
      const before = descriptors()
      const { ready, close } = forked()
      await ending(ready())
      const template = await until('keepers are forked', () => templateOf(ours()))
      process.kill(template.pid, 'SIGKILL')
      await until('the host holds what it held', () => descriptors() <= before, 2_000)
      await ending(close())
    }
  })
})

/** Of this process; counted without what makes garbage, whose collection closes what nobody has closed. */
function descriptors(): number {
  return readdirSync('/proc/self/fd').length
}

/** One call at a time; `begun` resolves with the keeper's number once reportParentAndSleep runs. */
function reporting() {
  let keeper: number | undefined
  const onReport = (parent: unknown) => {
    keeper = parent as number
  }
  const options = { isolation: 'fork', concurrency: 1, onReport } as const
  const { reportParentAndSleep, look } = closing(limitModule<typeof Forked>(fixture('forked'), options))
  return { reportParentAndSleep, look, begun: () => until('the job runs', () => keeper) }
}

/** Two calls at once, and then two one after the other. */
async function twiceAndTwice<T>(call: (text: string) => Promise<T>): Promise<T[]> {
  const together = await ending(Promise.all([call('call 0'), call('call 1')]))
  return [...together, await ending(call('call 2')), await ending(call('call 3'))]
}

// Its own name depends on Node's major, and its workers have it, too; but it alone has keepers for children.
function templateOf(processes: readonly Process[]): Process | undefined {
  const isKeeper = ({ name }: Process) => name === 'stint-keeper'
  const parents = processes.filter(isKeeper).map(({ parent }) => parent)
  return processes.find(
    (each) => !isKeeper(each) && each.name !== 'stint-guard' && parents.includes(each.pid) && each.pid !== process.pid,
  )
}
