// Reports of every kind of end, held against the published schema, and JUnit files read by a real parser of XML.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { scratch, stint } from '../support/cli.js'
import { isReport, type Report, readJUnit, readReport } from '../support/reports.js'

const { path: folder, remove } = scratch()
after(remove)

/** What the report of this run says, after the schema has had a look. */
async function reported(words: readonly string[]): Promise<Report> {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.json`)
  const [command = '', ...rest] = words
  await stint([command, '--report', file, ...rest], { cwd: folder })
  return readReport(file)
}

async function ending(words: readonly string[]): Promise<string> {
  const { outcome } = await reported(words)
  return `${outcome.kind}/${outcome.reason}`
}

const children = 'for i in 1 2 3; do sleep 9 & done; wait'
const held = `python3 -c 'x = bytearray(60_000_000); import time; time.sleep(20)'`
const runs: readonly (readonly [string, ...string[]])[] = [
  ['Ok/exited', '--', 'true'],
  ['Ok/exited', '--capture', '--output-size', '2B', '--', 'echo', '12345'],
  ['Anything/exited', '--memory', '1GB', '--cpu-time', '10s', '--', 'sh', '-c', 'exit 3'],
  ['Anything/signaled', '--', 'sh', '-c', 'kill -SEGV $$'],
  ['Anything/launch-failed', '--', 'there-is-no-such-command'],
  ['Timeout/wall', '--wall-time', '200ms', '--', 'sleep', '9'],
  ['CpuTimeout/tree-clock', '--cpu-time', '100ms', '--wall-time', '30s', '--', 'sh', '-c', 'while :; do :; done'],
  ['Subprocess/denied', '--processes', '1', '--wall-time', '30s', '--', 'sh', '-c', children],
  ['Memorylimit/data', '--evidence', 'exact', '--memory', '50MB', '--', 'python3', '-c', 'x = bytearray(10**9)'],
]

describe('a report', () => {
  for (const [wanted, ...words] of runs) {
    it(`of stint run ${words.slice(0, -1).join(' ')} is as the schema says: ${wanted}`, async () => {
      assert.equal(await ending(['run', ...words]), wanted)
    })
  }

  it('of a tree above its memory is as the schema says', async () => {
    assert.match(
      await ending(['run', '--memory', '100MB', '--wall-time', '30s', '--', 'sh', '-c', `${held} & ${held} & wait`]),
      /^Memorylimit\//,
    )
  })

  it('of a called function is as the schema says, whatever became of it', async () => {
    writeFileSync(
      join(folder, 'tasks.mjs'),
      `export const add = (a, b) => ({ sum: a + b, big: 1n, made: new Map([[1, 2]]) })
export const fail = () => { throw new TypeError('no') }
export const strange = () => () => 1
export const large = () => 'x'.repeat(5000)
export const never = () => new Promise(() => {})
`,
    )
    const call = (name: string, ...flags: string[]) => ending(['call', ...flags, `./tasks.mjs#${name}`])
    assert.deepEqual(
      await Promise.all([
        call('add', '--args', '[1, 2]'),
        call('fail'),
        call('strange'),
        call('large', '--result-size', '1kB'),
        call('never'),
      ]),
      ['Ok/returned', 'Anything/threw', 'Anything/unserializable', 'Anything/too-large', 'Anything/unsettled'],
    )
  })

  it('has the name that was given', async () => {
    const { name, command } = await reported(['run', '--name', 'a listing', '--', 'ls', '/'])
    assert.deepEqual([name, command], ['a listing', ['ls', '/']])
    assert.equal('name' in (await reported(['run', '--', 'true'])), false)
  })

  it('that says something else is refused by the schema', async () => {
    const report = await reported(['run', '--', 'true'])
    for (const wrong of [{ schemaVersion: 2 }, { exitCode: 'none' }, { outcome: { ...report.outcome, reason: 'wall' } }])
      assert.ok(!isReport({ ...report, ...wrong }), JSON.stringify(wrong))
  })
})

describe('a JUnit file', () => {
  const counted = async (name: string, words: readonly string[]) => {
    const file = join(folder, name)
    await stint(['run', '--capture', '--junit', file, ...words])
    return readJUnit(file).counts
  }

  it('is XML, with one case that passed, failed, or could not be run', async () => {
    const odd = `printf '<&]]>\\001\\033[1m\\377 %s' "$0"; exit 4`
    assert.deepEqual(
      await Promise.all([
        counted('ok.xml', ['--', 'true']),
        counted('odd.xml', ['--name', 'a "b" <c>', '--', 'sh', '-c', odd, '\u{1F600}']),
        counted('wall.xml', ['--wall-time', '200ms', '--', 'sleep', '9']),
        counted('none.xml', ['--', 'there-is-no-such-command']),
      ]),
      ['1|0|0|[]', "1|1|0|['failure', 'system-out']", "1|1|0|['failure']", "1|0|1|['error']"],
    )
  })

  it('calls its case by the name that was given, else by the command line', async () => {
    const named = async (name: string, ...words: string[]) => {
      const file = join(folder, name)
      await stint(['run', '--junit', file, ...words, '--', 'sh', '-c', 'exit 4'])
      return readJUnit(file).name
    }
    assert.equal(await named('named.xml', '--name', 'unit <tests>'), 'unit <tests>')
    assert.equal(await named('unnamed.xml'), 'sh -c exit 4')
  })
})
