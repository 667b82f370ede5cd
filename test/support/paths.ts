// Where things lie, seen from the compiled tests in out/.
import { fileURLToPath } from 'node:url'

/** The project's own folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

/** A compiled module of test/fixtures, by its name without extension. */
export function fixture(name: string): URL {
  return new URL(`../fixtures/${name}.js`, import.meta.url)
}
