// A step of the build that is skipped while its inputs are what they were. Its stamp holds a hash of their contents, not of
// their times: a fresh clone, a checkout or a rebase touches times without changing anything.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Calls work() unless it has succeeded with the same inputs before.
 * @param stamp path of the file that remembers; it is in the folder the step makes, so that deleting that folder is enough
 * @param outputs files without which the step must run in any case
 */
export function step(name, { inputs, stamp, outputs = [] }, work) {
  const want = digest(inputs)
  if (isDone(stamp, want, outputs)) return
  console.error(`setup: ${name}`)
  rmSync(stamp, { force: true })
  work()
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, want)
}

/** True when nothing has changed since the stamp was written. */
function isDone(stamp, want, outputs) {
  return [stamp, ...outputs].every((path) => existsSync(path)) && readFileSync(stamp, 'utf8') === want
}

/** One hash over names and contents. Not over Node's version: one N-API binary serves every major. */
function digest(inputs) {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`)
  for (const path of inputs.filter((path) => existsSync(path))) hash.update(`\0${path}\0`).update(readFileSync(path))
  return hash.digest('hex')
}

/** Every file below a folder, sorted; none where there is no such folder. */
export function filesBelow(folder) {
  if (!existsSync(folder)) return []
  const paths = readdirSync(folder, { recursive: true }).map((path) => join(folder, path))
  return paths.filter((path) => statSync(path).isFile()).sort()
}
