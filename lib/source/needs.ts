// What a function leans on outside of itself: free variables (eslint-scope finds them), and what belongs to the place where it
// was written, which scopes do not tell: `this`, `super`, `new.target`, `import.meta`, private names.
import { createRequire } from 'node:module' // lazily, as acorn
import { isGlobal } from './globals.js'
import { isFunction, isNode, type Node } from './syntax.js'

/** Names of free variables that the worker does not have, in order; and the forms of `place`. */
export interface Needs {
  readonly variables: readonly string[]
  readonly places: readonly string[]
}

type Scopes = { analyze(program: object, options: object): { globalScope: { through: { identifier: { name: string } }[] } } }
let scopes: Scopes | undefined

/** Beside the globals: what the worker's wrapping defines (lib/worker/compile.ts). */
const defined = new Set(['require', '__name', '__vite_ssr_dynamic_import__', '__vi_import__'])

/** @param own the function's own name, which the worker defines, too */
export function needsOf(node: Node, own: string): Needs {
  const places = new Set<string>()
  // It is called without a receiver; the functions inside are called as their author likes.
  walkChildren(node, {
    places,
    receiver: false,
    home: false,
    target: node.type !== 'ArrowFunctionExpression',
    privates: new Set(),
  })
  const free = new Set(freeNames(node).filter((name) => name !== own && !defined.has(name) && !isGlobal(name)))
  return { variables: [...free], places: [...places] }
}

function freeNames(node: Node): string[] {
  scopes ??= createRequire(import.meta.url)('eslint-scope') as Scopes
  const { start, end, range } = node
  const statement = { type: 'ExpressionStatement', expression: node, start, end, range }
  const program = { type: 'Program', sourceType: 'script', body: [statement], start, end, range }
  const { globalScope } = scopes.analyze(program, { ecmaVersion: 2024, impliedStrict: true, fallback: 'iteration' })
  return globalScope.through.map(({ identifier }) => identifier.name)
}

/** What the place that is being walked gives: a `this`, a `super`, a `new.target`, private names. */
interface Surroundings {
  readonly places: Set<string>
  readonly receiver: boolean
  readonly home: boolean
  readonly target: boolean
  readonly privates: ReadonlySet<string>
}

function walk(node: Node, around: Surroundings): void {
  note(node, around)
  if (node.type === 'ClassExpression' || node.type === 'ClassDeclaration') return walkClass(node, around)
  if (node.type === 'Property' && (node.method || node.kind !== 'init')) return walkMember(node, around, around)
  const own = isFunction(node) && node.type !== 'ArrowFunctionExpression'
  walkChildren(node, own ? { ...around, receiver: true, home: false, target: true } : around)
}

function walkChildren(node: Node, around: Surroundings): void {
  for (const [field, value] of Object.entries(node)) {
    if (field === 'range') continue
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, around)
  }
}

function walkClass(node: Node, around: Surroundings): void {
  if (isNode(node.id)) walk(node.id, around)
  if (isNode(node.superClass)) walk(node.superClass, around)
  const members = (node.body as { body: readonly Node[] }).body
  const names = members.flatMap(({ key }) => (isNode(key) && key.type === 'PrivateIdentifier' ? [key.name as string] : []))
  const inside = { ...around, privates: new Set([...around.privates, ...names]) }
  for (const member of members) walkMember(member, around, inside)
}

// A computed key is evaluated outside of the member, with the `this` that stands there.
function walkMember(node: Node, around: Surroundings, inside: Surroundings): void {
  const bound = { ...inside, receiver: true, home: true, target: true }
  if (node.computed && isNode(node.key)) walk(node.key, { ...around, privates: inside.privates })
  if (node.type === 'StaticBlock') return walkChildren(node, bound)
  if (isNode(node.value)) walkValue(node.value, bound)
}

function walkValue(value: Node, bound: Surroundings): void {
  if (isFunction(value) && value.type !== 'ArrowFunctionExpression') walkChildren(value, bound)
  else walk(value, bound)
}

function note(node: Node, { places, receiver, home, target, privates }: Surroundings): void {
  if (node.type === 'ThisExpression' && !receiver) places.add('this')
  if (node.type === 'Super' && !home) places.add('super')
  if (node.type === 'PrivateIdentifier' && !privates.has(node.name as string)) places.add(`#${node.name}`)
  if (node.type !== 'MetaProperty') return
  const { name } = node.meta as { name: string }
  if (name === 'import') places.add('import.meta')
  else if (!target) places.add('new.target')
}
