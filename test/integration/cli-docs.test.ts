// Every shell example of the pages about the command line is run as it stands: `sh test exit=N` is run, the block after it is what it
// prints, in which `…` stands for anything. Commands of the recipes for CI systems are run, too.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, describe, it } from 'node:test'
import { type Block, blocksOf } from '../packaging/pages.js'
import { cliFile, plainEnv, scratch } from '../support/cli.js'
import { root } from '../support/paths.js'
import { within } from '../support/poll.js'

const recipes = /^(yaml|groovy|dockerfile)$/
const recipeCommand = /npx stint run [^\n']*/g

for (const page of ['cli', 'ci', 'choosing-limits', 'migrating']) {
  const blocks = blocksOf(readFileSync(join(root, `docs/${page}.md`), 'utf8'))
  describe(`docs/${page}.md`, () => {
    const place = prepare(blocks)
    after(place.remove)
    for (const [index, block] of blocks.entries()) {
      if (block.words.includes('test'))
        it(`runs: ${block.text.split('\n')[0]}`, () => check(place.path, block, blocks[index + 1]))
      if (!recipes.test(block.language)) continue
      for (const [command] of block.text.matchAll(recipeCommand)) {
        it(`runs the recipe (${block.language}): ${command}`, () =>
          check(place.path, { ...block, words: [], text: command }, undefined))
      }
    }
  })
}

async function check(cwd: string, block: Block, next: Block | undefined): Promise<void> {
  const wanted = Number(block.words.find((word) => word.startsWith('exit='))?.slice('exit='.length) ?? 0)
  const env = { ...plainEnv, PATH: `${join(cwd, 'bin')}:${process.env.PATH}` }
  const child = spawn('bash', ['-c', `exec 2>&1\n${block.text}`], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const [printed, [code]] = await within(90_000, Promise.all([text(child.stdout), once(child, 'close')]), block.text)
  assert.equal(code, wanted, printed)
  if (next?.words.includes('output')) assert.match(printed, asPattern(next.text))
}

function asPattern(output: string): RegExp {
  const parts = output.trimEnd().split('…')
  return new RegExp(
    `^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ +/g, ' +')).join('[\\s\\S]*?')}\\s*$`,
  )
}

/** A project with the page's files, and with programs in its PATH that stand for a reader's own. */
function prepare(blocks: readonly Block[]): ReturnType<typeof scratch> {
  const place = scratch()
  const programs = {
    stint: `exec "${process.execPath}" "${cliFile}" "$@"`,
    npx: 'exec "$@"',
    npm: 'echo "npm $*"',
  }
  mkdirSync(join(place.path, 'bin'))
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(place.path, 'bin', name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(place.path, 'bin', name), 0o755)
  }
  writeFileSync(join(place.path, 'package.json'), '{ "type": "module" }')
  for (const block of blocks) {
    const file = block.words.find((word) => word.startsWith('file='))?.slice('file='.length)
    if (file !== undefined && block.language !== 'ts') writeFileSync(join(place.path, file), block.text)
  }
  return place
}
