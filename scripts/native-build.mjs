// Calls node-gyp the same way from setup, prebuilds and the sanitizer build.
import { existsSync, realpathSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { attempt, fail, run } from './command.mjs'

const tools = [
  { program: 'make', package: 'make' },
  { program: process.env.CXX ?? 'g++', package: 'g++' },
  { program: process.env.PYTHON ?? 'python3', package: 'python3' },
]

/** Ends the script, naming the Debian packages, where a tool that node-gyp needs is missing. */
export function needCompiler() {
  const missing = tools.filter((tool) => !attempt(tool.program, ['--version']).ok)
  if (missing.length === 0) return
  const names = missing.map((tool) => tool.program).join(', ')
  fail(`setup: cannot build the native part, ${names} not found. On Debian or Ubuntu: sudo apt-get install -y g++ make python3`)
}

/**
 * Where Node's headers lie. node-gyp downloads them unless told; most installs have them beside the binary.
 * @returns the prefix, or undefined where node-gyp is to decide
 */
export function headersPrefix() {
  if (process.env.npm_config_nodedir) return process.env.npm_config_nodedir
  const prefix = dirname(dirname(realpathSync(process.execPath)))
  return existsSync(join(prefix, 'include/node/node_api.h')) ? prefix : undefined
}

/** What Node is to run so that node-gyp does `commands` in `folder`, with every core. */
export function gypArguments(folder, commands) {
  const prefix = headersPrefix()
  const flags = [`--directory=${folder}`, `--jobs=${availableParallelism()}`, '--loglevel=warn']
  if (prefix) flags.push(`--nodedir=${prefix}`)
  return ['node_modules/node-gyp/bin/node-gyp.js', ...commands, ...flags]
}

/** Configures and builds into `folder`/build; `defines` are gyp variables, such as { stint_sanitize: 1 }. */
export function buildNative({ folder = '.', defines = {} } = {}) {
  needCompiler()
  const variables = Object.entries(defines).map(([name, value]) => `--${name}=${value}`)
  run(process.execPath, [...gypArguments(folder, ['configure', 'build']), ...variables])
}
