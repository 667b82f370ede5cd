// Completions, asked for in the shells themselves where they are installed; else what can be said of the text.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { atTerminal, cliFile, scratch, stint } from '../support/cli.js'

const { path: folder, remove } = scratch()
after(remove)
writeFileSync(join(folder, 'stint'), `#!/bin/sh\nexec "${process.execPath}" "${cliFile}" "$@"\n`)
chmodSync(join(folder, 'stint'), 0o755)
const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` }
const isInstalled = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0

describe('completions', () => {
  it('complete commands, flags and values in bash', async () => {
    const { stdout: script } = await stint(['completions', 'bash'])
    const complete = (...words: string[]) => {
      const setup = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _stint; printf '%s\\n' "\${COMPREPLY[@]}"`
      return execFileSync('bash', ['-c', `${script}\n${setup}`], { encoding: 'utf8' })
        .trim()
        .split('\n')
    }
    assert.deepEqual(complete('stint', 'me'), ['measure'])
    assert.deepEqual(complete('stint', 'run', '--wall'), ['--wall-time'])
    assert.deepEqual(complete('stint', 'run', '--evidence', 'e'), ['exact'])
  })

  it('complete commands, flags and values in fish', async () => {
    const { stdout: script } = await stint(['completions', 'fish'])
    assert.match(script, /^complete -c stint .* -l wall-time -x /m)
    if (!isInstalled('fish')) return
    writeFileSync(join(folder, 'stint.fish'), script)
    const complete = (line: string) =>
      execFileSync('fish', ['--no-config', '-c', `source ${join(folder, 'stint.fish')}; complete -C '${line}'`], {
        env,
        encoding: 'utf8',
      })
        .trim()
        .split('\n')
        .map((row) => row.split('\t')[0])
    assert.deepEqual(complete('stint me'), ['measure'])
    assert.deepEqual(complete('stint run --wall'), ['--wall-time'])
    assert.deepEqual(complete('stint run --evidence e'), ['exact'])
  })

  it('complete commands, flags and values in zsh', async () => {
    const { stdout: script } = await stint(['completions', 'zsh'])
    assert.match(script, /^#compdef stint\n[\s\S]*--wall-time\[/)
    if (!isInstalled('zsh')) return
    writeFileSync(join(folder, '_stint'), script)
    const setup = `PS1=; fpath=(${folder} $fpath); autoload -Uz compinit; compinit -u -D; echo re''ady`
    const session = await atTerminal(
      ['env', `PATH=${env.PATH}`, 'zsh', '-f', '-i'],
      [
        ['send', `${setup}\n`],
        ['expect', 'ready'],
        ['send', 'stint meas\t'],
        ['expect', 'measure'],
        ['send', '\x15stint run --wall\t'], // Ctrl-U: the line before it is gone
        ['expect', '--wall-time'],
        ['send', '\x15stint run --evidence ex\t'],
        ['expect', 'exact'],
        ['send', '\x15exit 0\n'],
      ],
    )
    assert.equal(session.code, 0)
  })

  it('are for these shells and no others', async () => {
    assert.equal((await stint(['completions', 'tcsh'])).code, 125)
  })
})
