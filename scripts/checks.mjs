// What is checked without running the library: one table, used by `npm test` and by `npm run check`.
import { existsSync } from 'node:fs'
import { attempt, shortened } from './command.mjs'
import { filesBelow } from './step.mjs'

const clangFormat = `node_modules/clang-format/bin/linux_${process.arch}/clang-format`
const checks = [
  { name: 'lint and format of TypeScript (biome)', run: biome },
  { name: 'format of C++ (clang-format)', run: formatOfNative },
  { name: 'layers and house rules', run: layers },
  { name: 'API pages without warnings (typedoc)', run: apiPages },
]

/** Runs every check, prints one line each. @returns the names of those that failed */
export function runChecks({ fix = false } = {}) {
  const failed = []
  for (const check of checks) {
    const result = check.run(fix)
    console.log(`${result.ok ? 'ok  ' : 'FAIL'} ${check.name}${result.note ? `: ${result.note}` : ''}`)
    if (result.ok) continue
    console.log(shortened(result.output))
    failed.push(check.name)
  }
  return failed
}

function biome(fix) {
  const args = ['check', '--error-on-warnings', '--colors=off', ...(fix ? ['--write'] : [])]
  return attempt(process.execPath, ['node_modules/@biomejs/biome/bin/biome', ...args])
}

function formatOfNative(fix) {
  if (!existsSync(clangFormat)) return { ok: true, note: `not run, the package has no clang-format for ${process.arch}` }
  const files = filesBelow('native').filter((path) => /\.(cc|h)$/.test(path) && !path.startsWith('native/build/'))
  return attempt(clangFormat, [...(fix ? ['-i'] : ['--dry-run', '--Werror']), ...files])
}

function layers() {
  const result = attempt(process.execPath, ['scripts/layers.mjs'])
  return { ...result, note: result.ok ? result.output.trimEnd().replaceAll('\n', '; ') : '' }
}

function apiPages() {
  return attempt(process.execPath, ['node_modules/typedoc/bin/typedoc', '--emit', 'none'])
}
