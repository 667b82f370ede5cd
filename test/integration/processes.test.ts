import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SubprocessError } from 'stint'
import { failureOf, returned, summary } from '../support/outcomes.js'
import { ending, until } from '../support/poll.js'
import { ours } from '../support/processes.js'
import { program } from '../support/programs.js'
import { behaviours, command, commandBehaviours, startCommand } from '../support/suite.js'

type Processes = typeof import('../fixtures/processes.js')

const wallTime = '25s'

behaviours('processes', ({ tasks }) => {
  test('none are allowed: the first child ends the job', async () => {
    const { startChildren } = tasks<Processes>('processes', { processes: 0, wallTime })
    const failure = failureOf(await ending(startChildren.run(1)), 'Subprocess', 'denied')
    assert.ok(failure.error instanceof SubprocessError)
    assert.equal(failure.limits.processes, 0)
  })

  test('none are allowed and none are started: a value, threads included', async () => {
    const { threadsOnly } = tasks<Processes>('processes', { processes: 0, wallTime })
    assert.equal(returned(await ending(threadsOnly.run(3))), 3)
  })

  test('a denied child ends the job even when its function goes on without', async () => {
    for (const processes of [0, 1]) {
      const { swallowsDenial, shell } = tasks<Processes>('processes', { processes, wallTime })
      const denied = processes === 0 ? swallowsDenial.run() : shell.run('sleep 5 & sleep 5 & wait; true')
      failureOf(await ending(denied), 'Subprocess', 'denied')
    }
  })

  test('two are allowed: two are let through, the third ends the job', async () => {
    const { startChildren } = tasks<Processes>('processes', { processes: 2, wallTime })
    const outcome = await ending(startChildren.run(2))
    assert.equal(returned(outcome).length, 2)
    assert.equal(outcome.usage.peakProcesses, 3, summary(outcome))
    assert.equal(outcome.usage.leftovers, 2, summary(outcome))
    failureOf(await ending(startChildren.run(3)), 'Subprocess', 'denied')
  })

  test('children that come one after the other need one slot', async () => {
    const { startInTurn } = tasks<Processes>('processes', { processes: 1, wallTime })
    assert.equal(returned(await ending(startInTurn.run(10))), 10)
  })

  test('threads are no processes under an allowance either', async () => {
    const { threadsOnly } = tasks<Processes>('processes', { processes: 1, wallTime })
    assert.equal(returned(await ending(threadsOnly.run(4))), 4)
  })

  test('a shell pipeline of three inside the allowance works every time', async () => {
    const { shell } = tasks<Processes>('processes', { processes: 4, wallTime })
    for (let i = 0; i < 10; i++) assert.equal(returned(await ending(shell.run('echo a b c | tr " " "\\n" | wc -l'))).trim(), '3')
  })
})

commandBehaviours('processes of commands', () => {
  test('a command alone needs no allowance', async () => {
    assert.equal((await command('true', [], { processes: 0 })).kind, 'Ok')
    assert.equal((await command(program('threads'), ['8'], { processes: 0 })).kind, 'Ok')
    assert.equal((await command(program('threads'), ['8'], { processes: 1 })).kind, 'Ok')
  })

  test('the first fork above the allowance ends the job, whatever the allowance', async () => {
    for (const processes of [0, 1, 3]) {
      const children = program('children')
      assert.equal(
        (await command(children, [String(processes)], { processes, wallTime })).kind,
        'Ok',
        `${processes} of ${processes}`,
      )
      const outcome = await command(children, [String(processes + 1)], { processes, wallTime })
      assert.equal(outcome.limits.processes, processes)
      failureOf(outcome, 'Subprocess', 'denied')
    }
  })

  test('a fork bomb is held by its allowance', async () => {
    const failure = failureOf(await command(program('fork_bomb'), [], { processes: 20, wallTime }), 'Subprocess', 'denied')
    assert.ok(failure.usage.peakProcesses <= 21, summary(failure))
  })

  test('a /bin/sh pipeline of three inside the allowance, 100 times', async () => {
    const pipeline = 'printf "b\\na\\n" | sort | head -1'
    for (let i = 0; i < 100; i++) {
      const outcome = await command('/bin/sh', ['-c', pipeline], { processes: 3, wallTime })
      assert.deepEqual([outcome.kind, outcome.stdout], ['Ok', 'a\n'], `pipeline ${i}: ${summary(outcome)}`)
    }
  })

  test('the processes of others with the same uid are not counted', async () => {
    const sleepers = () => ours().filter(({ name }) => name === 'sleep').length
    startCommand('sh', ['-c', 'for i in $(seq 200); do sleep 60 & done; wait'])
    await until('200 others run', () => sleepers() === 200, 20_000)
    assert.equal((await command(program('children'), ['1'], { processes: 1, wallTime })).kind, 'Ok')
    const failure = failureOf(await command(program('children'), ['4'], { processes: 1, wallTime }), 'Subprocess', 'denied')
    assert.equal(failure.usage.peakProcesses, 2, summary(failure))
    assert.equal(sleepers(), 200)
  })

  test('a leftover with threads is one leftover', async () => {
    const node = `${process.execPath} -e 'console.log(1); setInterval(() => {}, 1000)'`
    const outcome = await command('sh', ['-c', `{ ${node} & } | head -1`], { processes: 3, wallTime })
    assert.deepEqual([outcome.stdout, outcome.usage.leftovers], ['1\n', 1], summary(outcome))
  })

  test('a program that is stopped and continued by its parent runs on under an allowance', async () => {
    const script = 'sleep 0.2 & child=$!; kill -STOP $child; kill -CONT $child; wait $child && echo fine'
    const outcome = await command('sh', ['-c', script], { processes: 1, wallTime })
    assert.equal(outcome.stdout, 'fine\n', summary(outcome))
  })
})
