// `npm run test:packages`: packages with native parts in a template, those that must be compiled, too. Compiled once for each major of
// Node, about a minute, in build/packages.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { run } from './command.mjs'
import { gypArguments, needCompiler } from './native-build.mjs'
import { npm } from './npm.mjs'
import { testFiles } from './test-files.mjs'

process.chdir(join(import.meta.dirname, '..'))
const folder = resolve('build/packages', process.versions.modules)
const sqlite = join(folder, 'node_modules/better-sqlite3')

if (!existsSync(join(sqlite, 'build/Release/better_sqlite3.node'))) compile()
const child = spawnSync(process.execPath, ['--test', '--test-reporter=spec', ...testFiles(['packaging/native-packages'])], {
  env: { ...process.env, STINT_PACKAGES: folder },
  stdio: ['ignore', 'inherit', 'inherit'],
})
process.exitCode = child.status ?? 1

function compile() {
  console.error('packages: compiling better-sqlite3')
  needCompiler()
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  npm(['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', 'better-sqlite3@^12'])
  run(process.execPath, gypArguments(sqlite, ['rebuild', '--release']))
}
