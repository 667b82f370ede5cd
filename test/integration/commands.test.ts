import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { CommandOptions } from 'stint'
import { failureOf, summary } from '../support/outcomes.js'
import { ending, SLACK } from '../support/poll.js'
import { program } from '../support/programs.js'
import { command, commandBehaviours, startCommand } from '../support/suite.js'

const { errno } = constants

commandBehaviours('commands', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stint-test-commands-'))
  after(() => rmSync(folder, { recursive: true }))

  function script(name: string, text: string, mode = 0o755): string {
    const path = join(folder, name)
    writeFileSync(path, text)
    chmodSync(path, mode)
    return path
  }

  async function notLaunched(file: string, step: RegExp, code: keyof typeof errno, options: CommandOptions = {}) {
    const failure = failureOf(await command(file, [], options), 'Anything', 'launch-failed')
    assert.match(failure.launch?.step ?? '', step, summary(failure))
    assert.deepEqual([failure.launch?.code, failure.launch?.errno], [code, errno[code]])
    assert.deepEqual([failure.exitCode, failure.signal], [null, null])
  }

  test('a command that exits 0 is Ok, without a value', async () => {
    const outcome = await command('true')
    assert.deepEqual([outcome.kind, outcome.reason, outcome.exitCode, outcome.signal], ['Ok', 'exited', 0, null])
    assert.equal((outcome as { value?: unknown }).value, undefined)
  })

  test('any other exit is told with its code, also those that shells and tools use for deaths and limits', async () => {
    const limits = { memory: '300MB', cpuTime: '10s', wallTime: '20s', processes: 5 } as const
    for (const code of [1, 3, 124, 125, 126, 127, 128, 137, 139, 152, 255]) {
      const failure = failureOf(await command('sh', ['-c', `exit ${code}`], limits), 'Anything', 'exited')
      assert.equal(failure.exitCode, code)
    }
  })

  test('a death by a signal of its own is told with the signal', async () => {
    const limits = { memory: '300MB', cpuTime: '10s', wallTime: '20s' } as const
    for (const signal of ['SEGV', 'TERM', 'KILL', 'XCPU', 'ABRT', 'HUP', 'XFSZ'] as const) {
      const failure = failureOf(await command('sh', ['-c', `kill -${signal} $$; sleep 5`], limits), 'Anything', 'signaled')
      assert.equal(failure.signal, `SIG${signal}`)
    }
  })

  test('a program that is not there is not launched', async () => {
    await notLaunched('/no/such/program', /exec/i, 'ENOENT')
    // A folder of PATH that this user may not look into would make it EACCES, as execvp(3) has it.
    await notLaunched('no-such-program-anywhere', /exec/i, 'ENOENT', { env: { PATH: '/usr/bin:/bin' } })
  })

  test('a file without permission, a folder and a text are not launched', async () => {
    await notLaunched(script('not-executable', '#!/bin/sh\n', 0o644), /exec/i, 'EACCES')
    await notLaunched(folder, /exec/i, 'EACCES')
    await notLaunched(script('text', 'just text\n'), /exec/i, 'ENOEXEC')
  })

  test('a missing interpreter is not an exit of 127', async () => {
    await notLaunched(script('no-interpreter', '#!/no/such/interpreter\n'), /exec/i, 'ENOENT')
  })

  test('a wrong shebang is not an exit of 126', async () => {
    await notLaunched(script('wrong-interpreter', '#!/etc/passwd\n'), /exec/i, 'EACCES')
    await notLaunched(script('folder-as-interpreter', `#!${folder}\n`), /exec/i, 'EACCES')
  })

  test('a directory that is gone is told as such', async () => {
    const gone = join(folder, 'gone')
    mkdirSync(gone)
    rmdirSync(gone)
    await notLaunched('true', /cwd/i, 'ENOENT', { cwd: gone })
  })

  test('a program too big to start under its limit is not launched', async () => {
    await notLaunched(program('big'), /exec/i, 'ENOMEM', { memory: '64MB' })
    assert.equal((await command(program('big'), [], { memory: '1GB' })).kind, 'Ok')
  })

  test('arguments and environment arrive byte for byte', async () => {
    const args = ['', ' ', "it's", '$HOME', 'ż🎉', '--', '-n', 'a\nb']
    const outcome = await command('node', ['-p', 'JSON.stringify(process.argv.slice(1))', '--', ...args])
    assert.deepEqual(JSON.parse(outcome.stdout as string), args)
  })

  test('a command is found in PATH of its own environment', async () => {
    script('only-here', '#!/bin/sh\necho "found $0"\n')
    const outcome = await command('only-here', [], { env: { PATH: `${folder}:${process.env.PATH}` } })
    assert.equal(outcome.stdout, `found ${join(folder, 'only-here')}\n`)
  })

  test('its pid is known after ready(), and it runs in a session of its own', async () => {
    const job = startCommand('sh', ['-c', 'echo $$; ps -o sid= -p $$'])
    await ending(job.ready())
    const { pid } = job
    const { stdout } = await ending(job.outcome)
    assert.deepEqual((stdout as string).trim().split(/\s+/).map(Number), [pid, pid])
  })

  test('ready() resolves for a command that is already over, and tells one that never started', async () => {
    const quick = startCommand('true')
    await ending(quick.outcome)
    await ending(quick.ready())
    const failed = startCommand('/no/such/program')
    await ending(failed.outcome)
    await ending(failed.ready().catch(() => undefined))
    assert.equal(failed.pid, undefined)
  })

  test('usage and times are plausible', async () => {
    const { usage, wallTime, queueTime } = await command('sh', ['-c', 'sleep 0.2; head -c 1000000 /dev/zero > /dev/null'])
    assert.ok(wallTime >= 200 && wallTime < 10_000)
    assert.ok(queueTime >= 0 && queueTime < 10_000)
    assert.ok(Math.abs(usage.cpuTime - usage.userTime - usage.systemTime) < 2, JSON.stringify(usage))
    assert.ok(usage.peakMemory > 100_000 && usage.peakMemory < 50_000_000, JSON.stringify(usage))
    assert.ok(usage.peakProcesses >= 1 && usage.contextSwitches >= 1, JSON.stringify(usage))
  })

  test('16 at once: 8 die at 0.3 s, 8 sleep 4 s, each is told at its own end', async () => {
    const started = performance.now()
    const jobs = Array.from({ length: 16 }, (_, index) => {
      const seconds = index % 2 ? '0.3' : '4'
      return command('sh', ['-c', `sleep ${seconds}; ${index % 2 ? 'kill -9 $$' : 'exit 0'}`]).then((outcome) => ({
        outcome,
        at: performance.now() - started,
      }))
    })
    for (const [index, { outcome, at }] of (await Promise.all(jobs)).entries()) {
      assert.deepEqual([outcome.kind, outcome.signal], index % 2 ? ['Anything', 'SIGKILL'] : ['Ok', null])
      if (index % 2) assert.ok(at < 1_500, `a dead job was told after ${at} ms`)
      else assert.ok(at >= 4_000 && at < 4_000 + SLACK, `a job of 4 s was told after ${at} ms`)
    }
  })
})
