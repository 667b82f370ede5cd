// A copy of the project below build/, for a build of the native part that must not touch the usual one.
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

const copied = ['binding.gyp', 'package.json', 'native', 'dist', 'out', 'test', 'scripts', 'examples', 'lib', 'docs', 'README.md']

/**
 * Makes build/`name`/ like the project, without its binaries. Times are kept, so that make compiles only what has changed.
 * @returns its path
 */
export function stage(name) {
  const folder = join('build', name)
  mkdirSync(folder, { recursive: true })
  for (const part of copied.filter((part) => existsSync(part))) {
    rmSync(join(folder, part), { recursive: true, force: true })
    cpSync(part, join(folder, part), { recursive: true, preserveTimestamps: true, filter: (path) => path !== 'native/build' })
  }
  rmSync(join(folder, 'node_modules'), { force: true })
  symlinkSync('../../node_modules', join(folder, 'node_modules'))
  return folder
}
