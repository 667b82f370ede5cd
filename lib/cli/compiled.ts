// Compiled code of the command line, packed beside its text (V8's code cache): compiling takes a tenth of Node's own start-up. The
// build makes it, since whoever can write such a file runs code as you; stint itself writes none.
import { readFileSync, statSync } from 'node:fs'

/**
 * Where compiled code for this very Node lies. V8 checks its version and flags (`cachedDataRejected`); what another build of the same
 * version left elsewhere in its heap it does not check everywhere, so that the executable must be the same by its size, too.
 */
export function compiledFile(text: string): string {
  return `${text}.${process.version}-${process.arch}-${statSync(process.execPath).size}`
}

/** Undefined where there is none for this Node. */
export function compiledCode(text: string): Buffer | undefined {
  try {
    return readFileSync(compiledFile(text))
  } catch {
    return undefined
  }
}
