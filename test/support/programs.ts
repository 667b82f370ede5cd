// Small C programs, one behaviour each: what no script can do without another process or a thread of its runtime.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root } from './paths.js'

const sources = join(root, 'test/fixtures/programs')
const compiled = join(root, 'out/programs')

/** The path of test/fixtures/programs/NAME.c as an executable, compiled when it is missing or older than its source. */
export function program(name: string): string {
  const source = join(sources, `${name}.c`)
  const target = join(compiled, name)
  if (!existsSync(target) || statSync(target).mtimeMs < statSync(source).mtimeMs) compile(source, target)
  return target
}

/** Compiles every program, for a user who may not write into the project. */
export function allPrograms(): string[] {
  return readdirSync(sources)
    .filter((name) => name.endsWith('.c'))
    .map((name) => program(basename(name, '.c')))
}

function compile(source: string, target: string): void {
  mkdirSync(compiled, { recursive: true })
  const fresh = `${target}.${process.pid}` // renamed in one step: test files run side by side
  execFileSync(process.env.CC ?? 'cc', ['-O1', '-Wall', '-Wextra', '-Werror', '-pthread', '-o', fresh, source], {
    stdio: 'inherit',
  })
  renameSync(fresh, target)
}
