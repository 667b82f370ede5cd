// The parser's tree, as far as this stage reads it.
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

/** A function's node. */
export interface FunctionNode extends Node {
  readonly async: boolean
  readonly generator: boolean
  readonly params: readonly Node[]
  readonly body: Node
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
}

export function isFunction(node: Node): node is FunctionNode {
  return node.type === 'FunctionExpression' || node.type === 'FunctionDeclaration' || node.type === 'ArrowFunctionExpression'
}
