// Streams: what a job reads and writes, what is kept of it, and what becomes of the host's own.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { failureOf, returned, summary } from '../support/outcomes.js'
import { fixture, root } from '../support/paths.js'
import { ending } from '../support/poll.js'
import { program } from '../support/programs.js'
import { behaviours, command, commandBehaviours, startCommand } from '../support/suite.js'

type Values = typeof import('../fixtures/values.js')
type Endings = typeof import('../fixtures/endings.js')

behaviours('streams of functions', ({ tasks }) => {
  test('stdin is empty unless it is inherited', async () => {
    assert.equal(await ending(tasks<Values>('values').stdinLength()), 0)
  })

  test('what a function prints is captured on request, and not mixed', async () => {
    const { print } = tasks<Values>('values', { stdout: 'capture', stderr: 'capture' })
    const outcome = await ending(print.run('to stdout\n', 'to stderr\n'))
    assert.equal(returned(outcome), 'printed')
    assert.deepEqual([outcome.stdout, outcome.stderr, outcome.truncated ?? []], ['to stdout\n', 'to stderr\n', []])
  })

  test('nothing is captured where nothing was asked', async () => {
    const outcome = await ending(tasks<Values>('values', { stdout: 'ignore', stderr: 'ignore' }).print.run('a', 'b'))
    assert.deepEqual([outcome.stdout, outcome.stderr], [undefined, undefined])
  })

  test('each call has its own captured text', async () => {
    const { print } = tasks<Values>('values', { stdout: 'capture', concurrency: 2, stderr: 'ignore' })
    const outcomes = await ending(Promise.all(['a', 'b', 'c', 'd'].map((letter) => print.run(letter.repeat(100), ''))))
    assert.deepEqual(
      outcomes.map(({ stdout }) => stdout),
      ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(100)),
    )
  })

  test('what was written by descriptor and by a child before a SIGKILL is kept', async () => {
    const { writesThenDies } = tasks<Endings>('endings', { stdout: 'capture', stderr: 'capture' })
    const failure = failureOf(await ending(writesThenDies.run()), 'Anything', 'signaled')
    assert.equal(failure.stdout, 'by descriptor\nby a child\n')
    assert.equal(failure.stderr, 'by its stderr\n')
  })
})

commandBehaviours('streams of commands', () => {
  test('stdout and stderr are captured by default, stdin is empty', async () => {
    const outcome = await command('sh', ['-c', 'cat; echo out; echo err >&2'])
    assert.deepEqual([outcome.stdout, outcome.stderr], ['out\n', 'err\n'])
  })

  test('200 MB to stdout: the first bytes are kept, the rest neither kills nor blocks', async () => {
    const outcome = await command('sh', ['-c', 'head -c 200000000 /dev/zero | tr "\\0" x; echo end >&2'], { outputSize: '1MB' })
    assert.equal(outcome.kind, 'Ok', summary({ ...outcome, stdout: '' }))
    assert.equal(outcome.stdout?.length, 1_000_000)
    assert.deepEqual([outcome.truncated, outcome.stderr], [['stdout'], 'end\n'])
  })

  test('output that fits exactly is not called truncated', async () => {
    const outcome = await command('sh', ['-c', 'printf 1234567890'], { outputSize: 10 })
    assert.deepEqual([outcome.stdout, outcome.truncated ?? []], ['1234567890', []])
    const over = await command('sh', ['-c', 'printf 12345678901'], { outputSize: 10 })
    assert.deepEqual([over.stdout, over.truncated], ['1234567890', ['stdout']])
  })

  test('Infinity keeps everything, 1 MiB is the default', async () => {
    const all = await command('head', ['-c', '5000000', '/dev/zero'], {
      outputSize: Number.POSITIVE_INFINITY,
      encoding: 'buffer',
    })
    assert.equal(all.stdout?.length, 5_000_000)
    assert.equal((await command('head', ['-c', '5000000', '/dev/zero'])).stdout?.length, 1_048_576)
  })

  test('bytes that are no text arrive as bytes on request', async () => {
    const { stdout } = await command('printf', ['\\377\\000\\376'], { encoding: 'buffer' })
    assert.deepEqual([...(stdout as Uint8Array)], [255, 0, 254])
  })

  test('input is written and closed, whatever its size, also when nobody reads it', async () => {
    for (const length of [0, 10, 65_536, 3_000_000]) {
      const outcome = await command('wc', ['-c'], { input: 'y'.repeat(length) })
      assert.equal(outcome.stdout?.toString().trim(), String(length))
    }
    assert.equal((await command('cat', [], { input: new Uint8Array([104, 105]) })).stdout, 'hi')
    assert.equal((await command('true', [], { input: 'z'.repeat(3_000_000) })).kind, 'Ok')
  })

  test('piped streams are read and written by the host', async () => {
    const job = startCommand('tr', ['a-z', 'A-Z'], { stdin: 'pipe', stdout: 'pipe', stderr: 'pipe' })
    job.stdin?.end('piped')
    const [out, outcome] = await ending(Promise.all([text(job.stdout as NodeJS.ReadableStream), job.outcome]))
    assert.deepEqual([out, outcome.kind, outcome.stdout], ['PIPED', 'Ok', undefined])
  })

  test('a piped stream that nobody reads holds neither job nor outcome', async () => {
    const job = startCommand('sh', ['-c', 'head -c 3000000 /dev/zero; echo done >&2'], { stdout: 'pipe', stderr: 'capture' })
    const outcome = await ending(job.outcome)
    assert.deepEqual([outcome.kind, outcome.stderr], ['Ok', 'done\n'])
  })

  test('streams that are not piped are null', () => {
    const job = startCommand('true')
    assert.deepEqual([job.stdin, job.stdout, job.stderr], [null, null, null])
  })

  test('what was written before the limit is kept', async () => {
    const outcome = await command('sh', ['-c', 'echo first; sleep 300 & wait'], { wallTime: 400 })
    assert.deepEqual([outcome.kind, outcome.stdout], ['Timeout', 'first\n'])
  })

  test('flags and modes of a terminal that a killed job has spoiled are restored', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stint-test-'))
    try {
      const report = join(folder, 'report.json')
      const host = [process.execPath, fixture('hosts/spoiled').pathname, report, program('spoil_terminal')]
      execFileSync('python3', [join(root, 'test/fixtures/programs/terminal.py'), ...host], { timeout: 60_000 })
      const told = JSON.parse(readFileSync(report, 'utf8'))
      assert.deepEqual([told.kind, told.reason, told.signal], ['Anything', 'signaled', 'SIGKILL'])
      assert.equal(told.after, told.before)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
