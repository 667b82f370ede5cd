// Which compiled test files there are. Listed here because `node --test` takes folders or globs, but no major takes both.
import { filesBelow } from './step.mjs'

/** Groups in the order they run; `stress` has its own command. */
export const groups = ['unit', 'conformance', 'integration', 'packaging']

/**
 * @param filters groups (`unit`), or any part of a path (`integration/wall`); none = every group
 * @returns paths of compiled test files
 */
export function testFiles(filters = []) {
  const files = groups.flatMap((group) => filesBelow(`out/${group}`)).filter((path) => path.endsWith('.test.js'))
  if (filters.length === 0) return files
  return files.filter((path) => filters.some((filter) => path.includes(filter)))
}
