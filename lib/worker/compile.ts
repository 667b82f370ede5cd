// Makes a function from its source: strict code, with what compilers and test runners expect to find around it.
import { createRequire } from 'node:module'

type Callable = (...args: unknown[]) => unknown

/** Strict code; the name helper of esbuild and tsx; vitest's rewritten import() mapped back. One line: see `code()`. */
const prelude =
  "'use strict';const __name=(f,n)=>Object.defineProperty(f,'name',{value:n,configurable:true})," +
  '__vite_ssr_dynamic_import__=(s,o)=>import(s,o),__vi_import__=__vite_ssr_dynamic_import__;'
const taken = /^(?:__name|__vite_ssr_dynamic_import__|__vi_import__|require)$/
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u

/**
 * The function that the expression `source` evaluates to. Inside it `require` and `import()` resolve from the file `from`.
 * @throws SyntaxError where the source is none
 */
export async function compileSource(source: string, name: string, from: string): Promise<unknown> {
  const { compileFunction, constants } = process.getBuiltinModule('node:vm')
  const options = { filename: from, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER }
  const compile = (text: string) => compileFunction(text, ['require'], options) as Callable
  if (source.includes('import')) await silently(() => compile("return import('node:process')")(undefined))
  return define(compile, source, name)(createRequire(from))
}

/** With the function's own name defined where that is possible: it may be a keyword, or no identifier at all. */
function define(compile: (text: string) => Callable, source: string, name: string): Callable {
  const expression = `(${source}\n)`
  if (identifier.test(name) && !taken.test(name)) {
    try {
      return compile(`${prelude}const ${name}=${expression};return ${name}`)
    } catch {
      // a reserved word, or the source itself is at fault: the second try tells
    }
  }
  return compile(`${prelude}return ${expression}`)
}

/** Node warns once that the main context's loader is experimental; the job's stderr is not the place for it. */
async function silently(first: () => unknown): Promise<void> {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    await first()
  } finally {
    process.emitWarning = emitWarning
  }
}
