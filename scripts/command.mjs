// Runs the tools of the build. Their output is kept back and shown, shortened, only when they fail.
import { execFile, spawnSync } from 'node:child_process'

const keptLines = 40

/** Ends the script with one clear sentence. */
export function fail(message) {
  console.error(message)
  process.exit(1)
}

/**
 * Runs a program to its end without a shell and without stdin.
 * @returns what it printed; a program that fails ends the script with its first errors.
 */
export function run(file, args, { env = process.env, cwd } = {}) {
  const result = attempt(file, args, { env, cwd })
  if (result.ok) return result.output
  console.error(shortened(result.output))
  return fail(`failed (${result.ended}): ${[file, ...args].join(' ')}`)
}

/** As run(), but a failure is a value. */
export function attempt(file, args, { env = process.env, cwd } = {}) {
  const child = spawnSync(file, args, { env, cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 28 })
  const output = `${child.stdout ?? ''}${child.stderr ?? ''}`
  return { ok: child.status === 0, output, ended: child.error?.code ?? child.signal ?? child.status }
}

/** As attempt(), while others run: a promise of the same. */
export function attemptBeside(file, args) {
  return new Promise((resolve) => {
    execFile(file, args, { encoding: 'utf8', maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      resolve({ ok: error === null, output: `${stdout}${stderr}`, ended: error?.signal ?? error?.code ?? 0 })
    }).stdin.end()
  })
}

/** A compiler's first error says more than its last: shows from there on, or the end where no line names an error. */
export function shortened(output) {
  const lines = output.trimEnd().split('\n')
  const first = lines.findIndex((line) => /^gyp: |\berror\b|\bERR!/i.test(line))
  return (first < 0 ? lines.slice(-keptLines) : lines.slice(first, first + keptLines)).join('\n')
}
