import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { atTerminal, cliFile, commandLines } from '../support/cli.js'
import { until } from '../support/poll.js'

const run = (...args: string[]) => [process.execPath, cliFile, 'run', ...args]
/** A number of seconds that nobody else sleeps: the process can be found by it. */
const unusual = () => `1${process.pid}.${Math.floor(Math.random() * 1e6)}`
const isGone = (seconds: string) =>
  until(`sleep ${seconds} is gone`, () => !commandLines().some((line) => line === `sleep ${seconds}`))

describe('stint run at a terminal', () => {
  it('leaves it a terminal for the job, and tells the job of a resize', async () => {
    const script =
      "trap 'stty size; exit 0' WINCH; test -t 0 && test -t 1 && test -t 2 && echo terminal; while :; do sleep 0.05; done"
    const session = await atTerminal(run('--wall-time', '30s', '--quiet', '--', 'sh', '-c', script), [
      ['expect', 'terminal'],
      ['resize', 33, 77],
      ['expect', '33 77'],
    ])
    assert.equal(session.code, 0)
  })

  it('leaves the terminal as it was, though the job changed it and said nothing', async () => {
    const script = 'before=$(stty -g); "$@" stty raw -echo; test "$before" = "$(stty -g)" && echo restored'
    const session = await atTerminal(['sh', '-c', script, 'sh', ...run('--quiet', '--')], [])
    assert.equal(session.output, 'restored\r\n')
  })

  it('passes Ctrl-C on to the whole job, ends by it, and leaves nothing', async () => {
    const seconds = unusual()
    const session = await atTerminal(run('--wall-time', '30s', '--', 'sh', '-c', `echo ready; sleep ${seconds}`), [
      ['expect', 'ready'],
      ['send', '\x03'],
    ])
    assert.equal(session.signal, 2)
    await isGone(seconds)
  })

  it('lets a job end in its own way after Ctrl-C, with its own exit code', async () => {
    const script = "trap 'echo cleaned; exit 7' INT; echo ready; while :; do sleep 0.05; done"
    const session = await atTerminal(run('--wall-time', '30s', '--', 'sh', '-c', script), [
      ['expect', 'ready'],
      ['send', '\x03'],
      ['expect', 'cleaned'],
    ])
    assert.equal(session.code, 7)
  })

  it('kills a job that ignores Ctrl-C, with all its processes, when the grace is over', async () => {
    const seconds = unusual()
    const script = `trap '' INT; setsid sleep ${seconds} & echo ready; while :; do sleep 0.05; done`
    const session = await atTerminal(run('--grace-period', '200ms', '--', 'sh', '-c', script), [
      ['expect', 'ready'],
      ['send', '\x03'],
    ])
    assert.equal(session.signal, 2)
    await isGone(seconds)
  })

  it('stops with the job at Ctrl-Z and goes on with it', async () => {
    const session = await atTerminal(run('--', 'sh', '-c', 'echo ready; read answer; echo "got $answer"'), [
      ['expect', 'ready'],
      ['send', '\x1a'],
      ['stopped'],
      ['resume'],
      ['send', 'it\n'],
      ['expect', 'got it'],
    ])
    assert.equal(session.code, 0)
  })

  it('ends the job when the terminal is closed', async () => {
    const seconds = unusual()
    const session = await atTerminal(run('--', 'sh', '-c', `echo ready; sleep ${seconds}`), [['expect', 'ready'], ['hangup']])
    assert.equal(session.signal, 1)
    await isGone(seconds)
  })

  it('shows a live line in the lowest row and takes it away', async () => {
    const session = await atTerminal(
      run('--wall-time', '30s', '--memory', '500MB', '--', 'sh', '-c', 'read answer; echo "over and $answer"'),
      [
        ['resize', 24, 100],
        ['expect', 'memory'],
        ['send', 'out\n'],
        ['expect', 'over and out'],
      ],
    )
    assert.match(session.output, /wall .*\/30 s.*CPU .* s.*memory .* \/ 500 MB/)
    assert.ok(session.output.includes('\x1b[1;23r')) // the job's rows
    assert.ok(session.output.lastIndexOf('\x1b[r') > session.output.lastIndexOf('\x1b[1;23r'))
  })

  it('shows no live line in CI, with --quiet, or where stderr is no terminal', async () => {
    const job = ['--wall-time', '30s', '--', 'sleep', '1.2']
    const sessions = await Promise.all([
      atTerminal(['env', 'CI=true', ...run(...job)], []),
      atTerminal(run('--quiet', ...job), []),
      atTerminal(['sh', '-c', '"$@" 2>/dev/null', 'sh', ...run(...job)], []),
    ])
    assert.deepEqual(
      sessions.map(({ output }) => output),
      ['', '', ''],
    )
  })
})

describe('stint run in a pipe', () => {
  it('lets the job learn that its reader has gone, by SIGPIPE', async () => {
    const pipe = `"$0" "$1" run -- yes | head -1; echo "\${PIPESTATUS[0]}"`
    const ran = await atTerminal(['bash', '-c', pipe, process.execPath, cliFile], [])
    assert.match(ran.output, /^y\r\n(.*\r\n)*141\r\n$/)
  })

  it('runs with every stream closed', async () => {
    const ran = await atTerminal(
      ['bash', '-c', `"$0" "$1" run --wall-time 20s -- true <&- >&- 2>&-; echo "code $?" > /dev/tty`, process.execPath, cliFile],
      [],
    )
    assert.match(ran.output, /code 0/)
  })

  it('passes SIGTERM on, ends by it, and leaves nothing', async () => {
    const seconds = unusual()
    const script = `"$0" "$1" run -- sh -c 'echo ready; sleep ${seconds}' & pid=$!; sleep 1; kill -TERM $pid; wait $pid; echo "code $?"`
    const ran = await atTerminal(['bash', '-c', script, process.execPath, cliFile], [])
    assert.match(ran.output, /code 143/)
    await isGone(seconds)
  })
})
