// A reader of the pages: somebody with a project, a package.json and programs of their own.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cliFile, scratch } from './cli.js'
import { type Block, wordOf } from './pages.js'

type Folder = ReturnType<typeof scratch>

/** A folder with the page's files; programs in its `bin` stand for a reader's own, and for what would come from the registry. */
export function readersFolder(blocks: readonly Block[]): Folder {
  const place = scratch()
  const programs = {
    stint: `exec "${process.execPath}" "${cliFile}" "$@"`,
    npx: 'exec "$@"',
    npm: 'echo "npm $*"',
  }
  for (const [name, script] of Object.entries(programs)) {
    write(place, `bin/${name}`, `#!/bin/sh\n${script}\n`)
    chmodSync(join(place.path, 'bin', name), 0o755)
  }
  write(place, 'package.json', '{ "type": "module" }')
  writeFiles(place, blocks)
  return place
}

/** A project with a server, for the real npm and npx; its only dependency is this stint. */
export function readersProject(blocks: readonly Block[], scripts: Readonly<Record<string, string>>): Folder {
  const place = scratch()
  const dependencies = { stint: 'file:stint' }
  const bin = { stint: 'stint.cjs' }
  const packages = {
    '': { name: 'app', dependencies },
    'node_modules/stint': { resolved: 'stint', link: true },
    stint: { version: '1.0.0', bin },
  }
  write(place, 'stint/package.json', JSON.stringify({ name: 'stint', version: '1.0.0', bin }))
  write(place, 'stint/stint.cjs', `#!/usr/bin/env node\nrequire(${JSON.stringify(cliFile)})\n`)
  write(place, 'package.json', JSON.stringify({ name: 'app', type: 'module', dependencies, scripts }))
  write(place, 'package-lock.json', JSON.stringify({ name: 'app', lockfileVersion: 3, requires: true, packages }))
  write(place, 'server.js', "console.log('serving')")
  writeFiles(place, blocks)
  return place
}

function writeFiles(place: Folder, blocks: readonly Block[]): void {
  for (const block of blocks)
    if (wordOf(block, 'file') !== '' && block.language !== 'ts') write(place, wordOf(block, 'file'), block.text)
}

function write({ path }: Folder, name: string, text: string): void {
  mkdirSync(dirname(join(path, name)), { recursive: true })
  writeFileSync(join(path, name), text)
}
