import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { makeProgram } from '#lib/cli/program.js'
import { type RunLine, readRun } from '#lib/cli/read-run.js'
import { cases, Random } from '../../support/random.js'

const words = [
  ...[
    '--memory',
    '--wall-time',
    '--grace',
    '--evidence',
    '--exit-code',
    '--report',
    '--name',
    '--no-new-privs',
    '--capture',
    '--quiet',
  ],
  ...[
    '-q',
    '-qq',
    '--',
    '--help',
    '--memry',
    '--memory=1GB',
    '--name=',
    '--name=a=b',
    '--quiet=1',
    '--exit-code=wall=3',
    '--evidence=exact',
  ],
  ...['1GB', '30s', 'exact', 'wall=3', '-1', '', '-', 'true', 'run', 'sh', '-c', 'a b'],
]

/** What the parser makes of a line; undefined where it refuses it, or prints help. */
function parsed(line: readonly string[]): RunLine | undefined {
  let found: RunLine | undefined
  const program = makeProgram('run')
  for (const command of [program, ...program.commands])
    command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} })
  program.commands[0]?.action((file: string, args: string[], { newPrivs, ...given }: Record<string, unknown>) => {
    // What --no-new-privs negates stands there as true where it is not given.
    found = { command: [file, ...args], given: newPrivs === true ? given : { ...given, newPrivs } }
  })
  try {
    program.parse([...line], { from: 'user' })
  } catch {
    return undefined
  }
  return found
}

describe('a run line read without the parser', () => {
  it('is read as the parser reads it, or left to it', () => {
    const random = new Random(7)
    const rounds = cases(3000)
    let read = 0
    for (let round = 0; round < rounds; round++) {
      const line = ['run', ...Array.from({ length: 1 + random.below(7) }, () => random.pick(words))]
      const found = readRun(line)
      if (found === undefined) continue
      read++
      assert.deepEqual(found, parsed(line), line.join(' '))
    }
    assert.ok(read > rounds / 20, `${read} of ${rounds} lines were plain`)
  })

  it('takes the usual flags, and leaves help, mistakes and other commands to the parser', () => {
    const line = [
      'run',
      '--memory',
      '1GB',
      '-q',
      '--exit-code',
      'wall=3',
      '--exit-code=cpu=4',
      '--grace=2s',
      '--',
      'ls',
      '--help',
    ]
    assert.deepEqual(readRun(line), {
      command: ['ls', '--help'],
      given: { memory: '1GB', quiet: true, exitCode: ['wall=3', 'cpu=4'], grace: '2s' },
    })
    for (const other of [
      ['run'],
      ['run', '--help'],
      ['run', '--memory'],
      ['run', '--memry', '1', 'ls'],
      ['doctor'],
      ['--version'],
      [],
    ])
      assert.equal(readRun(other), undefined, other.join(' '))
  })
})
