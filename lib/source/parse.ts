// The text of a function, as Function.prototype.toString() gives it, is an expression, a method of an object literal, or a method
// of a class; only trying tells which.
import { createRequire } from 'node:module' // not `import 'acorn'`: it costs start-up time, and most hosts limit modules
import { refuseSource } from './refuse.js'
import { isFunction, type Node } from './syntax.js'

type Acorn = { parse(text: string, options: object): Node }
let acorn: Acorn | undefined

/** How the text of the function had to be read. */
export type Form = 'function' | 'arrow' | 'method'

/** A function's syntax tree, and the text of an expression that evaluates to it. */
export interface Parsed {
  readonly node: Node
  readonly source: string
  readonly form: Form
}

const options = { ecmaVersion: 'latest', sourceType: 'module', ranges: true, checkPrivateFields: false } as const

// Where the text goes, and where its node is then. The first lets an arrow hold `super` and `new.target`, so that they can be
// refused by name.
const places: readonly { readonly before: string; readonly after: string; find(program: Node): unknown }[] = [
  {
    before: '({m(){(',
    after: '\n)}})',
    find: (program) => at(program, 'body', 0, 'expression', 'properties', 0, 'value', 'body', 'body', 0, 'expression'),
  },
  { before: '({', after: '\n})', find: (program) => at(program, 'body', 0, 'expression', 'properties', 0) },
  { before: '(class extends Object{', after: '\n})', find: (program) => at(program, 'body', 0, 'expression', 'body', 'body', 0) },
]

/**
 * @param text of a function, not native
 * @throws StintError ERR_STINT_SOURCE when it is not strict JavaScript
 */
export function parse(text: string, name: string): Parsed {
  let first: unknown
  for (const place of places) {
    try {
      return found(place.find(tree(place.before + text + place.after)) as Node, text, { offset: place.before.length, name })
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      first ??= error
    }
  }
  refuseSource(name, `cannot be read as strict JavaScript (${(first as Error).message})`, { cause: first })
}

function tree(text: string): Node {
  acorn ??= createRequire(import.meta.url)('acorn') as Acorn
  return acorn.parse(text, options)
}

function found(node: Node, text: string, place: { offset: number; name: string }): Parsed {
  if (isFunction(node)) return { node, source: text, form: node.type === 'ArrowFunctionExpression' ? 'arrow' : 'function' }
  const value = node.value as Node | undefined
  if ((node.type !== 'Property' && node.type !== 'MethodDefinition') || !value) return { node, source: text, form: 'function' }
  return { node: value, source: asMethod(value, text, place), form: 'method' }
}

// The key may be computed, private, or that of a getter; only its outcome counts, and that is the function's name.
function asMethod(value: Node, text: string, { offset, name }: { offset: number; name: string }): string {
  const key = JSON.stringify(name)
  return `({${value.async ? 'async ' : ''}[${key}]${text.slice(value.start - offset)}})[${key}]`
}

function at(start: Node, ...steps: (string | number)[]): unknown {
  return steps.reduce<unknown>((node, step) => (node as Record<string | number, unknown> | undefined)?.[step], start)
}
