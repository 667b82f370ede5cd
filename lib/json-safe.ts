// Turns any value into one that JSON.stringify takes: pure, and bounded in depth and size, so that it always works.

const maxDepth = 64
const maxCharacters = 16 * 1024 * 1024 // far below V8's longest string

interface Walk {
  left: number
  readonly above: Set<object> // containers on the way here: meeting one again is a cycle
}

/**
 * A copy that JSON can hold. Plain objects, arrays, strings, booleans, null and finite numbers stay; a Date becomes its
 * ISO text and an error its name, message, code and cause; everything else, cycles, and what would make the text too
 * deep or too long, becomes { type, size }: the class or type, and its entries, characters or bytes.
 */
export function jsonSafe(value: unknown): unknown {
  return copy(value, { left: maxCharacters, above: new Set() })
}

function copy(value: unknown, walk: Walk): unknown {
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return value
  if (typeof value === 'string') return afford(walk, value.length) ? value : describe(value)
  if (typeof value !== 'object') return describe(value)
  try {
    return walk.above.has(value) || walk.above.size >= maxDepth ? describe(value) : copyObject(value, walk)
  } catch {
    return { type: 'object', size: 0 } // a getter or a proxy that throws
  }
}

function copyObject(value: object, walk: Walk): unknown {
  walk.above.add(value)
  try {
    return copyMembers(value, walk)
  } finally {
    walk.above.delete(value)
  }
}

function copyMembers(value: object, walk: Walk): unknown {
  if (Array.isArray(value))
    return afford(walk, value.length * 8) ? Array.from(value, (item) => copy(item, walk)) : describe(value)
  if (value instanceof Error) return copyEntries(errorParts(value), walk)
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString()
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype) return describe(value)
  return afford(walk, Object.keys(value).length * 16) ? copyEntries(value, walk) : describe(value)
}

function errorParts(error: Error & { code?: unknown }): object {
  return { name: error.name, message: error.message, code: error.code, cause: error.cause }
}

// Members that are undefined are left out, as JSON.stringify does. defineProperty, since a key may be '__proto__'.
function copyEntries(value: object, walk: Walk): object {
  const result = {}
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined || !afford(walk, key.length)) continue
    Object.defineProperty(result, key, { value: copy(member, walk), enumerable: true, configurable: true, writable: true })
  }
  return result
}

function afford(walk: Walk, characters: number): boolean {
  if (characters > walk.left) return false
  walk.left -= characters
  return true
}

function describe(value: unknown): { type: string; size: number } {
  if (typeof value === 'number') return { type: String(value), size: 8 } // NaN, Infinity
  if (typeof value === 'string') return { type: 'string', size: value.length }
  if (typeof value === 'bigint') return { type: 'bigint', size: value.toString(16).length }
  if (typeof value !== 'object' || value === null) return { type: typeof value, size: 0 } // function, symbol, undefined
  return { type: className(value), size: sizeOf(value) }
}

function className(value: object): string {
  const name: unknown = value.constructor?.name
  return typeof name === 'string' && name !== '' ? name : 'object'
}

function sizeOf(value: object): number {
  const { byteLength, size, length } = value as Record<string, unknown>
  const known = [byteLength, size, length].find((number) => typeof number === 'number')
  return typeof known === 'number' && Number.isSafeInteger(known) ? known : Object.keys(value).length
}
