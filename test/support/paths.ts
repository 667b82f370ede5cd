// Where things lie, seen from the compiled tests in out/.
import { statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'

/** The project's own folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

/** A compiled module of test/fixtures, by its name without extension. */
export function fixture(name: string): URL {
  return new URL(`../fixtures/${name}.js`, import.meta.url)
}

/** A folder for all users whose files are not memory, as those of a tmpfs are (TMPFS_MAGIC, statfs(2)). */
export function onDisk(): string {
  return [tmpdir(), '/var/tmp'].find((folder) => statfsSync(folder).type !== 0x01021994) ?? tmpdir()
}
