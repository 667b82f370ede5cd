// The file that called into stint: what `require` and `import()` of a source function resolve from.
import { dirname, isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ownFolder = join(dirname(fileURLToPath(import.meta.url)), '..')
const enough = 100 // frames: a framework may stand between the caller and us

/**
 * Absolute path of the nearest file on the stack that is neither Node's nor stint's. Code without a file (node -e, a REPL)
 * counts as a file in the working directory.
 */
export function callerFile(): string {
  for (const site of stack()) {
    const file = pathOf(site.getFileName() ?? undefined)
    if (file !== undefined && !isOwn(file)) return file
  }
  return join(process.cwd(), '[eval]')
}

/** The stack as V8 has it; both settings are the user's, and are given back. */
function stack(): readonly NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error
  try {
    Error.stackTraceLimit = enough
    Error.prepareStackTrace = (_error, sites) => sites
    return (new Error().stack as unknown as NodeJS.CallSite[]) ?? []
  } finally {
    Error.stackTraceLimit = stackTraceLimit
    // Assigning undefined would differ from there being none.
    if (prepareStackTrace) Error.prepareStackTrace = prepareStackTrace
    else Reflect.deleteProperty(Error, 'prepareStackTrace')
  }
}

function pathOf(name: string | undefined): string | undefined {
  if (name?.startsWith('file:')) return fileURLToPath(new URL(name).href.replace(/[?#].*$/, ''))
  return name !== undefined && isAbsolute(name) ? name : undefined
}

function isOwn(file: string): boolean {
  return file.startsWith(`${ownFolder}/`)
}
