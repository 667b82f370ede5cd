// Paths into a value, kept as links while walking and made into text only for a refusal: `result.items[3].callback`.
import { slice, stringify, uncurry } from './intrinsics.js'

export interface Path {
  readonly up: Path | undefined
  readonly step: string
  /** Steps above it. */
  readonly depth: number
}

/** The path of what lies one step below; without a path above, that of a root. */
export function below(up: Path | undefined, step: string): Path {
  return { up, step, depth: up ? up.depth + 1 : 0 }
}

const test = uncurry(RegExp.prototype.test)
const identifier = /^[A-Za-z_$][\w$]*$/
const index = /^(0|[1-9]\d*)$/
const maxText = 120
const maxKey = 60

/** `.name`, `[3]` or `["any text"]`. */
export function keyStep(key: string): string {
  if (test(index, key)) return `[${key}]`
  return test(identifier, key) ? `.${slice(key, 0, maxKey)}` : `[${quoted(key)}]`
}

/** A key of a Map, as short text. */
export function textOf(key: unknown): string {
  if (typeof key === 'string') return quoted(key)
  if (typeof key === 'bigint') return `${slice(`${key}`, 0, maxKey)}n`
  if (typeof key === 'object' && key !== null) return '[object]'
  return typeof key === 'function' || typeof key === 'symbol' ? `[${typeof key}]` : `${key}`
}

/** The path as text; of a very long one the beginning and '...'. */
export function pathText(path: Path): string {
  const steps: string[] = []
  for (let at: Path | undefined = path; at; at = at.up) steps[steps.length] = at.step
  let text = ''
  for (let i = steps.length - 1; i >= 0; i--) {
    if (text.length > maxText) return `${text}...`
    text += steps[i]
  }
  return text
}

function quoted(text: string): string {
  return stringify(text.length > maxKey ? `${slice(text, 0, maxKey)}...` : text)
}
