import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { scratch, stint } from '../support/cli.js'

const { path: folder, remove } = scratch()
after(remove)
const file = (name: string) => join(folder, name)
const readJson = (name: string) => JSON.parse(readFileSync(file(name), 'utf8'))
const busy = ['sh', '-c', 'while :; do :; done']

describe('stint run', () => {
  it("passes streams and the command's own exit code through, and says nothing", async () => {
    const ran = await stint(['run', '--wall-time', '30s', '--', 'sh', '-c', 'cat; echo err >&2; exit 3'], { input: 'in\n' })
    assert.deepEqual(ran, { code: 3, signal: null, stdout: 'in\n', stderr: 'err\n' })
  })

  it('lets Node write at its end what it was asked to', async () => {
    const ran = await stint(['run', '--', 'true'], { env: { NODE_V8_COVERAGE: file('coverage') } })
    assert.deepEqual([ran.code, readdirSync(file('coverage')).length], [0, 1])
  })

  it('takes a command without --, flags of the command included', async () => {
    const ran = await stint(['run', '--wall-time', '30s', 'sh', '-c', 'echo "$0"', '--wall-time'])
    assert.equal(ran.stdout, '--wall-time\n')
  })

  it('ends a sleeping command at its wall time: 124 and one line', async () => {
    const ran = await stint(['run', '--wall-time', '300ms', '--', 'sleep', '30'])
    assert.equal(ran.code, 124)
    assert.match(ran.stderr, /^stint: Timeout: sleep ran into its limit wallTime of 300 ms; .* exit code 124\]\n$/)
  })

  it('ends a busy command at its CPU time: 152', async () => {
    const ran = await stint(['run', '--cpu-time', '200ms', '--wall-time', '20s', '--', ...busy])
    assert.equal(ran.code, 152)
    assert.match(ran.stderr, /^stint: CpuTimeout: sh used up its limit cpuTime of 200 ms/)
  })

  it('ends a tree that grows above its memory: 137', async () => {
    const held = 'held = bytearray(40_000_000)\nimport time; time.sleep(20)'
    const tree = `for i in 1 2 3 4; do python3 -c '${held}' & done; wait`
    const ran = await stint(['run', '--memory', '100MB', '--wall-time', '20s', '--processes', '30', '--', 'sh', '-c', tree])
    assert.equal(ran.code, 137)
    assert.match(ran.stderr, /^stint: Memorylimit: .* limit memory of 100 MB/)
  })

  it('ends a job that wants a process too many: 123', async () => {
    const ran = await stint([
      'run',
      '--processes',
      '2',
      '--wall-time',
      '20s',
      '--',
      'sh',
      '-c',
      'for i in 1 2 3; do sleep 9 & done; wait',
    ])
    assert.equal(ran.code, 123)
    assert.match(ran.stderr, /^stint: Subprocess: sh wanted to start a process above its limit processes of 2/)
  })

  it('tells a missing command by 127, one that is no program by 126, misuse by 125', async () => {
    const [missing, folderRan, misuse, unknown] = await Promise.all([
      stint(['run', '--', 'there-is-no-such-command']),
      stint(['run', '--', folder]),
      stint(['run', '--memory', '5parsecs', '--', 'true']),
      stint(['run', '--memry', '5MB', '--', 'true']),
    ])
    assert.deepEqual([missing.code, folderRan.code, misuse.code, unknown.code], [127, 126, 125, 125])
    assert.match(misuse.stderr, /^stint: --memory must be .*; got "5parsecs"\.$/m)
    assert.match(unknown.stderr, /Did you mean --memory\?/)
  })

  it('tells a death by a signal as shells do', async () => {
    const ran = await stint(['run', '--memory', '1GB', '--', 'sh', '-c', 'kill -SEGV $$'])
    assert.equal(ran.code, 139)
    assert.match(ran.stderr, /died by SIGSEGV, which stint did not send/)
  })

  it('uses other exit codes where told, and still tells limits apart in the report', async () => {
    const report = file('changed.json')
    const args = ['--exit-code', 'wall=3', '--exit-code', 'CpuTimeout=3', '--report', report]
    const ran = await stint(['run', ...args, '--wall-time', '200ms', '--', 'sleep', '9'])
    assert.equal(ran.code, 3)
    assert.equal(readJson('changed.json').outcome.kind, 'Timeout')
    const wrong = await stint(['run', '--exit-code', 'wal=3', '--', 'true'])
    assert.equal(wrong.code, 125)
    assert.match(wrong.stderr, /Did you mean 'wall'\?/)
  })

  it('says nothing with --quiet', async () => {
    const ran = await stint(['run', '-q', '--wall-time', '200ms', '--', 'sleep', '9'])
    assert.deepEqual([ran.code, ran.stderr], [124, ''])
  })

  it('writes the outcome as JSON, with what --capture kept', async () => {
    const command = ['sh', '-c', 'echo 12345678; echo oops >&2']
    const ran = await stint(['run', '--capture', '--output-size', '4B', '--report', file('deep/r.json'), '--', ...command])
    assert.deepEqual([ran.code, ran.stdout, ran.stderr], [0, '12345678\n', 'oops\n'])
    const report = readJson('deep/r.json')
    assert.equal(report.schemaVersion, 1)
    assert.deepEqual(report.command, command)
    assert.equal(report.exitCode, 0)
    const { kind, reason, stdout, stderr, truncated } = report.outcome
    assert.deepEqual(
      { kind, reason, stdout, stderr, truncated },
      { kind: 'Ok', reason: 'exited', stdout: '1234', stderr: 'oops', truncated: ['stdout', 'stderr'] },
    )
  })

  it('writes a JUnit test case that stays well-formed whatever the job prints', async () => {
    const command = ['sh', '-c', 'printf "<&\\001]]>"; exit 4']
    await stint(['run', '--capture', '--junit', file('r.xml'), '--', ...command])
    const xml = readFileSync(file('r.xml'), 'utf8')
    assert.match(xml, /<testsuites tests="1" failures="1" errors="0"/)
    assert.match(xml, /<failure type="Anything\/exited" message="sh exited with code 4\.">/)
    assert.match(xml, /<system-out>&lt;&amp;\uFFFD\]\]&gt;<\/system-out>/)
  })

  it("makes GitHub's summary and annotation", async () => {
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: file('summary.md') }
    const ran = await stint(['run', '--wall-time', '200ms', '--', 'sleep', '9'], { env })
    assert.match(ran.stderr, /^::error title=stint%3A Timeout::sleep ran into its limit wallTime of 200 ms/m)
    assert.match(readFileSync(file('summary.md'), 'utf8'), /### ❌ stint: Timeout[\s\S]*\| wall time \| .* \| 200 ms \|/)
  })

  it('turns success into failure when a report cannot be written, and says so', async () => {
    const ran = await stint(['run', '--report', '/dev/null/r.json', '--', 'true'])
    assert.equal(ran.code, 125)
    assert.match(ran.stderr, /^stint: .*\/dev\/null/)
  })

  it('takes limits from stint.json, and what is typed goes first', async () => {
    writeFileSync(
      file('stint.json'),
      JSON.stringify({ profiles: { build: { wallTime: '200ms', exitCode: { wall: 9 } }, bad: { wallTim: 1 } } }),
    )
    const [profile, typed, bad, none] = await Promise.all([
      stint(['run', '--profile', 'build', '--', 'sleep', '9'], { cwd: folder }),
      stint(['run', '--profile', 'build', '--wall-time', '20s', '--', 'true'], { cwd: folder }),
      stint(['run', '--profile', 'bad', '--', 'true'], { cwd: folder }),
      stint(['run', '--config', 'none.json', '--', 'true'], { cwd: folder }),
    ])
    assert.deepEqual([profile.code, typed.code, bad.code, none.code], [9, 0, 125, 125])
    assert.match(bad.stderr, /unknown option 'wallTim' in profile 'bad'; did you mean 'wallTime'\?/)
  })

  it('draws what was used, the limits, and the moment of the end', async () => {
    await stint(['run', '--plot', file('r.svg'), '--wall-time', '500ms', '--memory', '100MB', '--', 'sleep', '9'])
    const svg = readFileSync(file('r.svg'), 'utf8')
    for (const text of [
      /Memory \(.*B\)/,
      /CPU time \(ms\)/,
      /Processes/,
      /time since the start \(ms\)/,
      /limit 100 MB/,
      /Timeout at 5\d\d/,
    ])
      assert.match(svg, text)
  })
})
