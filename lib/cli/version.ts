// The version of the package that this file lies in.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** As in package.json. Read when asked for: most runs never ask. */
export function version(): string {
  const manifest = fileURLToPath(new URL('../../package.json', import.meta.url))
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}
