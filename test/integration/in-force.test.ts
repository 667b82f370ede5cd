// What was asked for is what the kernel holds: read back from /proc of the job itself.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureOf, returned } from '../support/outcomes.js'
import { isRoot, unusedUid } from '../support/plain-user.js'
import { ending } from '../support/poll.js'
import { limitsOf, parseLimits, parseStatus } from '../support/rlimits.js'
import { behaviours, command, commandBehaviours } from '../support/suite.js'

type Inspect = typeof import('../fixtures/inspect.js')

const MIB = 2 ** 20

behaviours('limits in force', ({ tasks }) => {
  test('rlimits of a function are soft = hard, those not asked for are the host’s', async () => {
    const { limits } = tasks<Inspect>('inspect', { fileSize: '5MiB', openFiles: 200, coreSize: 0 })
    const held = parseLimits(returned(await ending(limits.run())))
    const host = limitsOf('self')
    assert.deepEqual(held['Max file size'], { soft: 5 * MIB, hard: 5 * MIB })
    assert.deepEqual(held['Max open files'], { soft: 200, hard: 200 })
    assert.deepEqual(held['Max core file size'], { soft: 0, hard: 0 })
    for (const name of ['Max cpu time', 'Max data size', 'Max address space', 'Max stack size'])
      assert.deepEqual(held[name], host[name], name)
  })

  test('memory sets the data limit above the idle worker, and leaves room for reservations', async () => {
    const { limits } = tasks<Inspect>('inspect', { memory: '256MiB' })
    const held = parseLimits(returned(await ending(limits.run())))
    const { soft = 0, hard = 0 } = held['Max data size'] ?? {}
    assert.equal(soft, hard)
    assert.ok(soft > 256 * MIB && soft < 4_096 * MIB, `data: ${soft}`)
    const space = held['Max address space']
    assert.ok(space && space.soft >= 64 * 1_024 * MIB && space.soft < 400 * 1_024 * MIB, `address space: ${space?.soft}`)
  })

  test('CPU time is whole seconds above the limit in the kernel: its backstop comes after our clock', async () => {
    const { limits } = tasks<Inspect>('inspect', { cpuTime: 2_500 })
    const { soft = 0, hard = 0 } = parseLimits(returned(await ending(limits.run())))['Max cpu time'] ?? {}
    assert.ok(soft >= 4 && soft <= 6, `soft: ${soft}`)
    assert.ok(hard > soft - 1 && hard <= soft + 2, `hard: ${hard}`)
  })

  test('the backstop leaves room for the grace', async () => {
    const { limits } = tasks<Inspect>('inspect', { cpuTime: 2_500, gracePeriod: '10s' })
    const { soft = 0 } = parseLimits(returned(await ending(limits.run())))['Max cpu time'] ?? {}
    assert.ok(soft >= 14 && soft <= 16, `soft: ${soft}`)
  })

  test('a file over fileSize is not written', async () => {
    const outcome = await command(
      'sh',
      ['-c', 'f=$(mktemp); trap "" XFSZ; head -c 3000000 /dev/zero > $f; stat -c %s $f; rm $f'],
      {
        fileSize: '1MB',
      },
    )
    assert.equal((outcome.stdout as string).trim(), '1000000')
  })

  test('environment, directory and niceness are those asked for', async () => {
    const env = { PATH: process.env.PATH, ONLY: 'this', STINT_TEST_MARK: process.env.STINT_TEST_MARK }
    const inspect = tasks<Inspect>('inspect', { env, cwd: '/usr', nice: 7 })
    const seen = returned(await ending(inspect.environment.run()))
    assert.equal(seen.ONLY, 'this')
    assert.equal(seen.HOME, undefined)
    assert.equal(returned(await ending(inspect.directory.run())), '/usr')
    assert.equal(returned(await ending(inspect.niceness.run())), 7)
  })

  test('the environment is the host’s at the time of the call where none is given, without anything of stint’s own', async () => {
    process.env.STINT_TEST_LATE = 'late'
    try {
      const seen = returned(await ending(tasks<Inspect>('inspect').environment.run()))
      assert.equal(seen.STINT_TEST_LATE, 'late')
      assert.equal(seen.HOME, process.env.HOME)
    } finally {
      delete process.env.STINT_TEST_LATE
    }
  })

  test('a URL is a directory, too', async () => {
    assert.equal(returned(await ending(tasks<Inspect>('inspect', { cwd: new URL('file:///usr') }).directory.run())), '/usr')
  })

  test('a job has no descriptor of the host', async () => {
    const seen = returned(await ending(tasks<Inspect>('inspect', { stdout: 'ignore', stderr: 'ignore' }).descriptors.run()))
    const files = seen.filter((line) => !/anon_inode|\/dev\/null|\/proc\/|socket|pipe|memfd/.test(line))
    assert.deepEqual(files, [])
  })

  test('flags of the host’s own runner do not reach the worker', async () => {
    const { execArgv } = tasks<Inspect>('inspect', { execArgv: ['--no-warnings', '--test', '--inspect=0'] })
    const seen = returned(await ending(execArgv.run()))
    assert.ok(seen.includes('--no-warnings'), seen.join(' '))
    assert.ok(!seen.some((flag) => /^--(test|inspect)/.test(flag)), seen.join(' '))
  })

  test('no new privileges are there on request', async () => {
    const { status } = tasks<Inspect>('inspect', { noNewPrivs: true })
    assert.equal(parseStatus(returned(await ending(status.run()))).NoNewPrivs, '1')
  })

  test('another user runs the job where root asks for it, and is refused to others', async () => {
    const uid = isRoot ? unusedUid() : (process.getuid?.() ?? 0) + 1
    const { status } = tasks<Inspect>('inspect', { uid, gid: uid })
    const outcome = await ending(status.run().catch((error: Error) => error))
    if (!isRoot || outcome instanceof Error)
      return assert.ok(outcome instanceof Error || outcome.kind === 'Anything', String(outcome))
    const { Uid, Gid, Groups } = parseStatus(returned(outcome))
    assert.deepEqual([Uid?.split('\t')[0], Gid?.split('\t')[1], Groups?.trim()], [String(uid), String(uid), ''])
  })
})

commandBehaviours('limits in force for commands', () => {
  const asked = {
    memory: '100MiB',
    addressSpace: '300MiB',
    cpuTime: '2.5s',
    fileSize: '3MiB',
    openFiles: 100,
    stack: '4MiB',
    coreSize: 0,
  } as const

  test('rlimits of a command are absolute, soft = hard', async () => {
    const { stdout, limits } = await command('cat', ['/proc/self/limits'], asked)
    const held = parseLimits(stdout as string)
    const both = (value: number) => ({ soft: value, hard: value })
    assert.deepEqual(held['Max data size'], both(100 * MIB))
    assert.deepEqual(held['Max address space'], both(300 * MIB))
    assert.deepEqual(held['Max file size'], both(3 * MIB))
    assert.deepEqual(held['Max open files'], both(100))
    assert.deepEqual(held['Max stack size'], both(4 * MIB))
    assert.deepEqual(held['Max core file size'], both(0))
    assert.deepEqual(held['Max cpu time'], { soft: 4, hard: 5 })
    assert.deepEqual([limits.memory, limits.addressSpace, limits.cpuTime, limits.openFiles], [100 * MIB, 300 * MIB, 2_500, 100])
  })

  test('a command without limits has the host’s', async () => {
    const { stdout } = await command('cat', ['/proc/self/limits'])
    assert.deepEqual(parseLimits(stdout as string), limitsOf('self'))
  })

  test('signals and mask of a command are as after a fresh login, whatever the host ignores', async () => {
    const { stdout } = await command('cat', ['/proc/self/status'])
    const { SigBlk, SigIgn } = parseStatus(stdout as string)
    assert.deepEqual([SigBlk, SigIgn], ['0'.repeat(16), '0'.repeat(16)])
  })

  test('a command has 0, 1, 2 and nothing else of the host', async () => {
    const { stdout } = await command('ls', ['/proc/self/fd'])
    assert.equal((stdout as string).trim().split('\n').length, 4, `${stdout}: 0, 1, 2 and the folder itself`)
  })

  test('environment, directory, niceness and privileges are those asked for', async () => {
    const env = { PATH: process.env.PATH, ONLY: 'this' }
    assert.equal((await command('env', [], { env })).stdout, `PATH=${process.env.PATH}\nONLY=this\n`)
    assert.equal((await command('pwd', [], { cwd: '/usr' })).stdout, '/usr\n')
    assert.equal((await command('nice', [], { nice: 5 })).stdout, '5\n')
    const { stdout } = await command('cat', ['/proc/self/status'], { noNewPrivs: true })
    assert.equal(parseStatus(stdout as string).NoNewPrivs, '1')
  })

  test('another user: both ids and no groups for root, a launch that failed for others', async () => {
    const uid = isRoot ? unusedUid() : (process.getuid?.() ?? 0) + 1
    const outcome = await command('cat', ['/proc/self/status'], { uid, gid: uid })
    if (!isRoot) {
      assert.equal(failureOf(outcome, 'Anything', 'launch-failed').launch?.code, 'EPERM')
      return
    }
    const { Uid, Gid, Groups } = parseStatus(outcome.stdout as string)
    assert.deepEqual([Uid, Gid, Groups?.trim()], [Array(4).fill(uid).join('\t'), Array(4).fill(uid).join('\t'), ''])
  })
})
