import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Script } from 'node:vm'
import { compiledCode, compiledFile } from '#lib/cli/compiled.js'
import { cliFile } from '../support/cli.js'
import { root } from '../support/paths.js'

const text = join(root, 'dist/cli-run.cjs')

describe('the compiled code of the command line', () => {
  it('is taken by V8, where this Node built it', (t) => {
    const cachedData = compiledCode(text)
    if (cachedData === undefined) return t.diagnostic(`not built by this Node: no ${compiledFile(text)}`)
    const { cachedDataRejected } = new Script(readFileSync(text, 'latin1'), { filename: text, cachedData })
    assert.equal(cachedDataRejected, false)
  })

  it('is no need: a Node with other flags, whose V8 refuses it, runs the command all the same', () => {
    const args = ['--no-lazy', cliFile, 'run', '--wall-time', '20s', '--', 'sh', '-c', 'echo out; exit 3']
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    assert.deepEqual({ status, stdout, stderr }, { status: 3, stdout: 'out\n', stderr: '' })
  })

  it('is named by the version, the architecture and the size of the executable', () => {
    assert.match(compiledFile(text), new RegExp(`cli-run\\.cjs\\.${process.version}-${process.arch}-\\d+$`))
  })
})
