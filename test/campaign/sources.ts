// What a count is of: counts of several runs are added up only where all of them had the same native/ and lib/, but for the command
// line, which no row runs.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../support/paths.js'

const FOLDERS = ['lib', 'native']
const LEFT_OUT = ['native/build', 'lib/cli'].map((folder) => join(root, folder))

/** Twelve digits that change with any source of the library. */
export function sourcesHash(): string {
  const hash = createHash('sha256')
  for (const folder of FOLDERS) {
    for (const file of filesBelow(join(root, folder))) hash.update(`${file.slice(root.length)}\0`).update(readFileSync(file))
  }
  return hash.digest('hex').slice(0, 12)
}

/** Where the counts of these sources are kept from one run to the next. */
export function countsFile(): string {
  const folder = join(root, '.campaign')
  mkdirSync(folder, { recursive: true })
  return join(folder, `${sourcesHash()}.json`)
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (LEFT_OUT.includes(path)) return []
    if (entry.isDirectory()) return filesBelow(path)
    return [path]
  })
}
