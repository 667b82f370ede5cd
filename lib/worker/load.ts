// What the Boot message asks for, loaded: the user's module, or one function from its source.
import type { Boot, Ready } from '../transport/messages.js'
import { compileSource } from './compile.js'

/** The exports of what was loaded; a source function is the one export with its name. */
export type Exports = Readonly<Record<string, unknown>>

export async function load(boot: Boot): Promise<Exports> {
  process.env.STINT_DEPTH = String(boot.depth) // a host inside of this worker is one level deeper
  if (boot.kind === 'module') return (await import(boot.url)) as Exports
  return { [boot.name]: await compileSource(boot.source, boot.name, boot.from) }
}

/** Every export and whether it can be called. */
export function describe(exports: Exports): Ready {
  return { exports: Object.keys(exports).map((name) => ({ name, callable: typeof exports[name] === 'function' })) }
}
