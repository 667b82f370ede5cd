// A command that does not check what an allocation gave it, over each rung of evidence.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rungNames } from '#lib/plan/index.js'
import { cause } from '#lib/verdict/causes.js'
import { causes, fixed, kept, MB } from '../support/kept.js'
import { program } from '../support/programs.js'
import { command, commandBehaviours } from '../support/suite.js'

const ending = async (name: string, args: readonly string[], evidence: 'auto' | 'exact') => {
  const outcome = await command(program(name), args, { memory: '100MB', evidence, wallTime: '20s' })
  return `${outcome.kind}/${outcome.reason} ${outcome.certainty}`
}

commandBehaviours('a command without enough memory', () => {
  test('crashes: certain where refusals are watched for, probable where its peak tells', async () => {
    assert.equal(await ending('unchecked', ['200', '0'], 'exact'), 'Memorylimit/data certain')
    assert.equal(await ending('unchecked', ['200', '0'], 'auto'), 'Memorylimit/data probable')
  })

  test('crashes for another reason: its own signal', async () => {
    for (const evidence of ['exact', 'auto'] as const) {
      assert.equal(await ending('unchecked', ['20', '11'], evidence), 'Anything/signaled certain')
    }
    assert.equal(await ending('unchecked', ['97', '11'], 'exact'), 'Anything/signaled certain')
  })

  test('gives up: certain where refusals are watched for, its own exit where nobody looked', async () => {
    const greedy = ['-c', 'x = bytearray(10**9)']
    const outcomes = await Promise.all(
      (['exact', 'auto'] as const).map((evidence) => command('python3', greedy, { memory: '100MB', evidence, wallTime: '20s' })),
    )
    assert.deepEqual(
      outcomes.map(({ kind, reason, certainty, exitCode }) => [kind, reason, certainty, exitCode]),
      [
        ['Memorylimit', 'data', 'certain', 1],
        ['Anything', 'exited', 'certain', 1],
      ],
    )
  })

  test('carries on with less: its own exit', async () => {
    assert.equal(await ending('survivor', ['200'], 'exact'), 'Ok/exited certain')
  })

  test('has enough: its own exit', async () => {
    for (const evidence of ['exact', 'auto'] as const)
      assert.equal(await ending('unchecked', ['60', '0'], evidence), 'Ok/exited certain')
  })
})

test('a refusal is noted with the bytes that were asked for, under the limit that refused', async () => {
  const data = (await kept({ ...fixed('survivor', [300], { memory: 100 * MB }), exact: true })).report
  assert.ok(rungNames(data.rungs).includes('allocation-trace'), rungNames(data.rungs).join())
  assert.deepEqual(causes(data), [cause.refusedData])
  assert.ok((data.causes[0]?.value ?? 0) >= 300 * MB)
  const address = (await kept({ ...fixed('survivor', [300], { addressSpace: 100 * MB }), exact: true })).report
  assert.deepEqual(causes(address), [cause.refusedAddress])
})

test('without a tracer the rest goes on as ever', async () => {
  const plan = fixed('survivor', [300], { memory: 100 * MB })
  const { report, output } = await kept({ ...plan, exact: true, without: 1 << 4 })
  assert.deepEqual([causes(report), report.exitCode, output], [[], 0, 'refused\n'])
})

test('a limit on processes holds beside it', async () => {
  for (const processes of [0, 2]) {
    const over = (await kept({ ...fixed('children', [processes + 1], { processes }), exact: true })).report
    assert.deepEqual(causes(over), [cause.forkDenied])
    const under = (await kept({ ...fixed('children', [processes], { processes }), exact: true })).report
    assert.deepEqual([causes(under), under.exitCode], [[], 0])
  }
})
