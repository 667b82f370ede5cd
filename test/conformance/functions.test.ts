// The rungs that serve functions, in both isolations: the same behaviours over each, and what the kernel says of the worker. Rungs of
// exec'ed workers are left out by STINT_WITHOUT; a forked worker has one for each limit, and what replaces it where the machine
// refuses it is in refusals.test.ts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FunctionOptions } from 'stint'
import { cgroupsForJob } from '#lib/launch/cgroup-places.js'
import { withoutVariable } from '#lib/plan/rungs.js'
import { failureOf, returned, summary } from '../support/outcomes.js'
import { isRoot } from '../support/plain-user.js'
import { ending, SLACK } from '../support/poll.js'
import { alive } from '../support/processes.js'
import { program } from '../support/programs.js'
import { behaviours, type Kit } from '../support/suite.js'

type Inspect = typeof import('../fixtures/inspect.js')
type Memory = typeof import('../fixtures/memory.js')
type Processes = typeof import('../fixtures/processes.js')
type Time = typeof import('../fixtures/time.js')
type Held = ReturnType<Inspect['held']>

interface Rung {
  readonly title: string
  readonly isolation: Kit['isolation']
  readonly without: readonly string[]
  /** What must be so in the worker; false: the machine has not what the rung needs, and the one below serves. */
  readonly shows: (held: Held) => boolean
}

const [, unified = '', , cpuacct = '', pids = ''] = cgroupsForJob()
const exec = (title: string, without: readonly string[], shows: Rung['shows']): Rung => ({
  title,
  isolation: 'exec',
  without,
  shows,
})
const fork = (title: string, shows: Rung['shows'] = () => true): Rung => ({ title, isolation: 'fork', without: [], shows })
const noGroup = ({ groups }: Held) => groups.length === 0
const every = ['memory', 'cpuacct', 'pids', 'unified']

const cpu: readonly Rung[] = [
  exec('cpu.stat of a v2 group', ['cpuacct'], ({ groups }) => unified === '' || groups.includes('')),
  exec('cpuacct of a v1 group', ['unified'], ({ groups }) => cpuacct === '' || groups.includes('cpuacct')),
  exec("the keeper's sum", every, noGroup),
  fork("the keeper's sum", noGroup),
]
const memory: readonly Rung[] = [
  exec("the keeper's sum", [], ({ groups }) => !groups.includes('memory')),
  fork("the keeper's sum", noGroup),
]
const leftovers: readonly Rung[] = [
  exec('a frozen group and cgroup.kill', [], ({ groups }) => unified === '' || groups.includes('')),
  exec('the subreaper alone', ['cgroup-kill', ...every], noGroup),
  fork('the subreaper alone', noGroup),
]
const notApart = ({ apart }: Held) => isRoot || apart // for root a user namespace is no help
const counted: readonly Rung[] = [
  exec('ptrace', [], ({ traced, filtered }) => traced && filtered),
  exec('a pids cgroup and a look', ['fork-trace', 'fork-listener'], ({ groups }) => pids === '' || groups.includes('pids')),
  exec('a user namespace and a look', ['fork-trace', 'fork-listener', 'pids-cgroup'], notApart),
  exec('a seccomp listener', ['fork-trace', 'pids-cgroup', 'user-namespace'], ({ traced, filtered }) => filtered && !traced),
  exec(
    'a look alone',
    ['fork-trace', 'fork-listener', 'pids-cgroup', 'user-namespace'],
    ({ traced, filtered, apart }) => !traced && !filtered && !apart,
  ),
  fork('ptrace', ({ traced, filtered }) => traced && filtered),
]
const none: readonly Rung[] = [
  exec('a seccomp listener', [], ({ traced, filtered }) => filtered && !traced),
  ...counted.slice(1, 3),
  ...counted.slice(4, 5),
  fork('ptrace', ({ traced, filtered }) => traced && filtered),
]

behaviours(
  'functions',
  ({ isolation, tasks }) => {
    const wallTime = '20s'

    function overEvery(
      rungs: readonly Rung[],
      title: string,
      options: FunctionOptions,
      body: (options: FunctionOptions) => Promise<void>,
    ) {
      for (const { title: by, without, shows } of rungs.filter((rung) => rung.isolation === isolation)) {
        test(`${title}, by ${by}`, async () => {
          process.env[withoutVariable] = without.join()
          try {
            const seen = returned(await ending(tasks<Inspect>('inspect', { wallTime, ...options }).held.run()))
            assert.ok(shows(seen), JSON.stringify(seen))
            await body({ wallTime, ...options })
          } finally {
            delete process.env[withoutVariable]
          }
        })
      }
    }

    overEvery(cpu, "CPU time of a function's tree counts", { cpuTime: 400 }, async (options) => {
      const { burnInChildren } = tasks<Time>('time', options)
      const failure = failureOf(await ending(burnInChildren.run(program('burn'), 4, 250)), 'CpuTimeout', 'tree-clock')
      assert.ok(failure.usage.cpuTime >= 400 && failure.usage.cpuTime < 700, summary(failure))
      assert.equal(returned(await ending(burnInChildren.run(program('burn'), 4, 20))), 4)
      const { shell } = tasks<Processes>('processes', options)
      failureOf(await ending(shell.run(`${program('burn_daemons')} 6 150`)), 'CpuTimeout', 'tree-clock')
    })

    overEvery(memory, "memory of a function's tree counts, shared memory once", { memory: '200MB' }, async (options) => {
      const { holdInChildren } = tasks<Memory>('memory', options)
      const failure = failureOf(await ending(holdInChildren.run(program('hold'), 4, 70)), 'Memorylimit', 'tree')
      assert.ok((failure.usage.peakTreeMemory ?? 0) >= 200e6, summary(failure))
      const { shell } = tasks<Processes>('processes', options)
      returned(await ending(shell.run(`${program('hold')} 60 300 & ${program('hold')} 60 300 & wait`)))
      returned(await ending(shell.run(`${program('shared')} 120 300 5`)))
      failureOf(await ending(shell.run(`${program('shared')} 300 20000`)), 'Memorylimit', 'tree')
    })

    overEvery(memory, 'children are charged, whoever shares pages', { memory: '60MB', concurrency: 8 }, async (options) => {
      const { holdInChildren } = tasks<Memory>('memory', options)
      const others = Array.from({ length: 5 }, () => holdInChildren.run(program('hold'), 1, 1, 800))
      const failure = failureOf(await ending(holdInChildren.run(program('hold'), 4, 17, 10_000)), 'Memorylimit', 'tree')
      assert.ok((failure.usage.peakTreeMemory ?? 0) > 60e6, summary(failure))
      for (const other of others) returned(await ending(other))
    })

    overEvery(counted, 'a child too many ends the function, threads do not', { processes: 2 }, async (options) => {
      const { shell, threadsOnly } = tasks<Processes>('processes', options)
      failureOf(await ending(shell.run('sleep 0.5 & sleep 0.5 & wait')), 'Subprocess', 'denied')
      returned(await ending(shell.run('sleep 0.3 & wait')))
      assert.equal(returned(await ending(threadsOnly.run(4))), 4)
      const failure = failureOf(await ending(shell.run(program('fork_bomb'))), 'Subprocess', 'denied')
      assert.ok(failure.usage.peakProcesses < 200, summary(failure))
    })

    overEvery(none, 'none are allowed: the first child ends the function, threads do not', { processes: 0 }, async (options) => {
      const { shell, threadsOnly } = tasks<Processes>('processes', options)
      failureOf(await ending(shell.run('sleep 0.5')), 'Subprocess', 'denied')
      assert.equal(returned(await ending(threadsOnly.run(4))), 4)
    })

    overEvery(leftovers, 'what a function leaves is gone', {}, async (options) => {
      const { shell, startChildren, leaveDaemon } = tasks<Processes>('processes', { ...options, stderr: 'ignore' })
      const pids = [...returned(await ending(startChildren.run(3))), returned(await ending(leaveDaemon.run(program('daemon'))))]
      const limited = shell.with({ wallTime: 800 })
      const comets = failureOf(await ending(limited.run(`exec ${program('comets')} 20 8000`)), 'Timeout', 'wall')
      assert.ok(comets.wallTime < 800 + SLACK, summary(comets))
      failureOf(
        await ending(limited.run('for i in 1 2 3; do setsid sleep 60 & kill -STOP $!; done; kill -STOP $$')),
        'Timeout',
        'wall',
      )
      for (const pid of pids) assert.ok(!alive(pid), `${pid} is alive`)
    })
  },
  ['exec', 'fork'],
)
