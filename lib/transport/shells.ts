// Errors and URLs as they are made again: first shells, so that the value can refer to them, then, with the value read, their own
// fields, which may refer to anything. The lists come from a sender that may be hostile.
import { emptyError, MalformedError, setDropped, setField } from './errors.js'
import { isArray } from './intrinsics.js'

const Address = URL
const StackOwner = Error

/** @param rows ['url', href], ['error', built-in class, own class] or ['exception', message, name] each. @throws MalformedError */
export function makeShells(rows: unknown): readonly object[] {
  if (!isArray(rows)) throw new MalformedError('bad specials')
  const { stackTraceLimit } = StackOwner
  StackOwner.stackTraceLimit = 0 // they bring their own stacks, and taking one costs more than all the rest
  try {
    const shells: object[] = []
    for (let i = 0; i < rows.length; i++) shells[i] = makeShell(rows[i])
    return shells
  } finally {
    StackOwner.stackTraceLimit = stackTraceLimit
  }
}

function makeShell(row: unknown): object {
  if (!isArray(row)) throw new MalformedError('bad special')
  const form: unknown = row[0]
  const first: unknown = row[1]
  const second: unknown = row[2]
  if (form === 'url' && typeof first === 'string') return new Address(first)
  if (typeof first !== 'string' || typeof second !== 'string') throw new MalformedError('bad special')
  if (form === 'error') return emptyError(first, second)
  if (form === 'exception') return new DOMException(first, second)
  throw new MalformedError('unknown special')
}

/** @param list for each shell its fields (key, value, enumerable, ...) and the names of those dropped. @throws MalformedError */
export function fillShells(shells: readonly object[], list: unknown): void {
  if (!isArray(list) || list.length !== shells.length) throw new MalformedError('bad fields')
  for (let i = 0; i < shells.length; i++) {
    const entry: unknown = list[i]
    if (!isArray(entry)) throw new MalformedError('bad fields')
    setFields(shells[i] as object, entry[0])
    setNames(shells[i] as object, entry[1])
  }
}

function setFields(shell: object, fields: unknown): void {
  if (!isArray(fields) || fields.length % 3 !== 0) throw new MalformedError('bad fields')
  for (let i = 0; i < fields.length; i += 3) {
    const key: unknown = fields[i]
    if (typeof key !== 'string') throw new MalformedError('bad field')
    setField(shell, { key, value: fields[i + 1], enumerable: fields[i + 2] === true })
  }
}

function setNames(shell: object, names: unknown): void {
  if (!isArray(names)) throw new MalformedError('bad names')
  for (let i = 0; i < names.length; i++) if (typeof names[i] !== 'string') throw new MalformedError('bad name')
  if (names.length > 0) setDropped(shell, names as string[])
}
