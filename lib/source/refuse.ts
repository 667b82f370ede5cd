// How a function is refused: what is wrong with it, and always the way out.
import { type Misuse, StintError } from '../errors.js'
import type { Needs } from './needs.js'
import { describePlace, describeVariable, isTelling } from './shapes.js'
import type { FunctionNode, Node } from './syntax.js'

const maxListed = 5
const accepted = 'a self-contained function: globals, require and import() are all it needs'

/**
 * @param problem continues the sentence 'The function ...'
 * @throws StintError ERR_STINT_SOURCE, always
 */
export function refuseSource(name: string, problem: string, misuse: Misuse = {}): never {
  const subject = name === '' ? 'The function' : `The function '${name}'`
  throw new StintError('ERR_STINT_SOURCE', `${subject} ${problem}; or use limitModule.`, {
    option: 'fn',
    value: name,
    accepted,
    ...misuse,
  })
}

/** @throws StintError ERR_STINT_SOURCE, always */
export function refuseValue(value: unknown): never {
  throw new StintError('ERR_STINT_SOURCE', 'What is to be limited is not a function.', { option: 'fn', value, accepted })
}

/** @throws StintError ERR_STINT_SOURCE for a class and for a generator */
export function refuseKind(node: Node, name: string): void {
  if (node.type === 'ClassExpression')
    refuseSource(name, 'is a class, and a call gives no instance: limit a function that makes one inside')
  if ((node as FunctionNode).generator) refuseSource(name, 'is a generator, which cannot yield across processes: return an array')
}

/** @throws StintError ERR_STINT_SOURCE when there is any need */
export function refuseNeeds({ variables, places }: Needs, name: string): void {
  const telling = variables.find(isTelling) // `this` with `__awaiter` is the compiler's, not the author's
  const need = telling ?? places[0] ?? variables[0]
  if (need === undefined) return
  const says = variables.includes(need) ? describeVariable(need) : describePlace(need)
  const others = [...places, ...variables].filter((other) => other !== need)
  const list = others.slice(0, maxListed).map(quoted).join(', ') + (others.length > maxListed ? ', ...' : '')
  const more = others.length > 0 ? ` (and ${list})` : ''
  refuseSource(name, `is not self-contained. It uses ${quoted(need)}${more}; ${quoted(need)} ${says}`, { value: need })
}

function quoted(name: string): string {
  return `\`${name}\``
}
