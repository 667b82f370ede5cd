// Every shell script of the pages is run as it stands: `sh test exit=N` is run, the block after it is what it prints, in which `…` stands
// for anything.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, describe, it } from 'node:test'
import { plainEnv } from '../support/cli.js'
import { type Block, blocksOf, pages, wordOf } from '../support/pages.js'
import { within } from '../support/poll.js'
import { readersFolder } from '../support/readers.js'

for (const page of pages) {
  const blocks = blocksOf(page)
  if (!blocks.some(({ words }) => words.includes('test'))) continue
  describe(page, () => {
    const place = readersFolder(blocks)
    after(place.remove)
    for (const [index, block] of blocks.entries())
      if (block.words.includes('test'))
        it(`runs: ${block.text.split('\n')[0]}`, () => check(place.path, block, blocks[index + 1]))
  })
}

async function check(cwd: string, block: Block, next: Block | undefined): Promise<void> {
  const wanted = Number(wordOf(block, 'exit'))
  const env = { ...plainEnv, PATH: `${join(cwd, 'bin')}:${process.env.PATH}` }
  const child = spawn('bash', ['-ec', `exec 2>&1\n${block.text}`], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
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
