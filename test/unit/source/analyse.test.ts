import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInThisContext } from 'node:vm'
import ts from 'typescript'
import { StintError } from '#lib/errors.js'
import { analyse } from '#lib/source/index.js'

type AnyFunction = (...args: never[]) => unknown
const outside = 1
const computedKey = 'computed key'

/** A function whose text is exactly `source` (an expression). */
const from = (source: string): AnyFunction => runInThisContext(`(${source})`) as AnyFunction
/** The function that the analysed source evaluates to, in strict code, as the worker compiles it. */
const rebuilt = (fn: AnyFunction): ((...args: unknown[]) => unknown) =>
  runInThisContext(`'use strict'; (${analyse(fn).source}\n)`)

function refusal(fn: AnyFunction): StintError {
  try {
    analyse(fn)
  } catch (error) {
    assert.ok(error instanceof StintError, String(error))
    assert.equal(error.code, 'ERR_STINT_SOURCE')
    assert.match(error.message, /use limitModule\.$/)
    return error
  }
  assert.fail(`was accepted: ${fn}`)
}

const object = {
  plain(a: number) {
    return a + 1
  },
  async later(a: number) {
    return a + 2
  },
  [computedKey](a: number) {
    return a + 3
  },
  get accessor() {
    return 4
  },
  default: (a: number) => a + 5,
}
class Holder {
  static fixed(a: number) {
    return a + 6
  }
  #hidden(a: number) {
    return a + 7
  }
  static reveal = () => new Holder().#hidden
}

test('every form of function comes back as an expression that evaluates to the same function', async () => {
  const accessor = Object.getOwnPropertyDescriptor(object, 'accessor')?.get as AnyFunction
  const results: unknown[] = []
  const forms = [object.plain, object.later, object[computedKey], accessor, object.default, Holder.fixed, Holder.reveal()]
  for (const fn of forms) results.push(await rebuilt(fn as AnyFunction)(0))
  assert.deepEqual(results, [1, 2, 3, 4, 5, 6, 7])
  assert.equal(rebuilt(object[computedKey] as AnyFunction).name, 'computed key')
  assert.equal(await rebuilt(async (a: number) => a * 2)(4), 8)
  const named = from('function twice(a) { return a * 2 }')
  assert.deepEqual([rebuilt(named)(3), analyse(named).name, analyse(named).form], [6, 'twice', 'function'])
  assert.deepEqual([analyse(object.plain as AnyFunction).form, analyse(object.default).form], ['method', 'arrow'])
})

test('a comment at the end of a function does not swallow what follows it', () => {
  assert.equal(rebuilt(from('() => 5 // five\n'))(), 5)
})

test('the analysis of a function is made once', () => {
  const fn = () => 1
  assert.equal(analyse(fn), analyse(fn))
})

test('a function that calls itself is self-contained, whichever way it got its name', () => {
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))
  assert.equal(analyse(factorial).name, 'factorial')
  analyse(from('function f(n) { return n ? f(n - 1) : 0 }'))
})

const fine: Record<string, string> = {
  'globals of language and Node':
    '() => [Math.max(1), new URL("http://x"), Buffer, process, structuredClone, globalThis, undefined]',
  'require and import()': 'async () => [require("node:os"), await import("node:fs")]',
  'the name helper of esbuild and tsx': '() => { const f = __name(() => 1, "f"); return f() }',
  "vitest's dynamic import": 'async () => (await __vite_ssr_dynamic_import__("node:os")).EOL',
  'its own parameters, defaults, destructuring, labels and catch':
    '({ a, ...b }, [c] = [a]) => { x: for (const d of c) { try { break x } catch (e) { e } } return b }',
  'arguments of its own': 'function () { return arguments.length }',
  '`this` in functions and classes inside':
    '() => { class A extends Object { #p = this; static { this.q = 1 } m() { return super.toString() + this.#p } } function g() { return [this, new.target] } return { A, g, h() { return super.x } } }',
  'property names that look like variables': '(o) => o.outside + { outside: 1 }.outside',
}
for (const [what, source] of Object.entries(fine)) test(`a function may use ${what}`, () => void analyse(from(source)))

const refused: readonly (readonly [what: string, source: string, message: RegExp])[] = [
  ['a free variable', '() => outside', /It uses `outside`; `outside` is defined outside of it/],
  ['typeof of a free variable', '() => typeof outside', /`outside`/],
  ['an assignment to a free variable', '() => { outside++ }', /`outside`/],
  ['several free variables', '() => one1 + two2 + three3', /`one1` \(and `two2`, `three3`\)/],
  ['a free variable in a computed key', '() => ({ [outside]: 1 })', /`outside`/],
  ['a free variable in a default', '(a = outside) => a', /`outside`/],
  ['`this` in an arrow', '() => this.x', /`this` has no value/],
  ['`this` in a function called without a receiver', 'function () { return this.x }', /`this` has no value/],
  ['`this` in a computed key of a class inside', '() => class { [this.x]() {} }', /`this` has no value/],
  [
    'new.target of the function around it',
    '(function () { return () => new.target })()',
    /`new\.target` belongs to the function around/,
  ],
  [
    'arguments of the function around it',
    '(function () { return () => arguments })()',
    /`arguments` belongs to the function around/,
  ],
  ['super', '({ m() { return super.x } }).m', /`super` belongs to the object or class/],
  ['super in an arrow', '({ m() { return () => super.x } }).m()', /`super` belongs to the object or class/],
  ['a private name of its class', 'class { #x = 1; static m(o) { return o.#x } }.m', /`#x` is private/],
  ['a class', 'class A {}', /is a class/],
  ['a generator', 'function* () {}', /generator.*return an array/],
  ['an async generator method', '({ async *m() {} }).m', /generator.*return an array/],
  ['a native function', 'Math.max', /native code/],
  ['a bound function', '(() => 1).bind(null)', /bound function/],
  ['a Proxy', 'new Proxy(() => 1, {})', /a Proxy/],
  ['sloppy code', 'function () { with ({}) { return 1 } }', /cannot be read as strict JavaScript/],
  ['__dirname', '() => __dirname', /belongs to your file/],
  ['module', '() => module.exports', /belongs to your file/],
  ["TypeScript's import", '() => (0, fs_1.readFileSync)("x")', /`fs_1` is an import of your file, as TypeScript/],
  ["esbuild's import", '() => (0, import_node_fs.readFileSync)("x")', /`import_node_fs` is an import of your file, as esbuild/],
  ["vitest's import", '() => __vite_ssr_import_0__.x', /`__vite_ssr_import_0__` is an import of your file, as vite/],
  ["later vitest's import", '() => (0,__vi_import_0__.x)(1)', /`__vi_import_0__` is an import of your file, as vite/],
  ["SWC's import", '() => (0, _nodefs.readFileSync)(1)', /`_nodefs` is probably an import of your file/],
  [
    "SWC's helper",
    '(a) => _async_to_generator(function* () {})()',
    /`_async_to_generator` is a helper of your compiler's: raise its target to ES2022/,
  ],
  [
    "Babel's async function",
    'function f(_x) { return _ref.apply(this, arguments) }',
    /`_ref` \(and `this`\); `_ref` is a helper of your compiler's/,
  ],
  ["esbuild's helper", '(a) => __async(null, null, function* () {})', /`__async` is a helper/],
  ["istanbul's counters", '() => { cov_2abc().s[0]++; return 1 }', /`cov_2abc` counts coverage for istanbul: use V8 coverage/],
  ['a minified variable', '() => t(1)', /`t` is one letter, so the code is probably minified/],
]
for (const [what, source, message] of refused) {
  test(`a function is refused by name for ${what}`, () => assert.match(refusal(from(source)).message, message))
}

test('a global that the host added is not there in a worker, and is refused', () => {
  const host = globalThis as Record<string, unknown>
  host.addedByTheHost = 1
  try {
    assert.match(refusal(from('() => addedByTheHost')).message, /`addedByTheHost`/)
  } finally {
    delete host.addedByTheHost
  }
})

test('a refusal names the function, the name that is missing and what is accepted', () => {
  const error = refusal(function reader() {
    return outside
  })
  assert.match(error.message, /^The function 'reader' is not self-contained/)
  assert.deepEqual([error.option, error.value], ['fn', 'outside'])
  assert.match(error.accepted ?? '', /self-contained/)
})

const text = `import { sep } from 'node:path'
  import * as all from 'node:path'
  export const plain = async (a: number, ...rest: number[]) => { const { b, ...c } = { b: a, d: 1 }; return [b, c, rest] }
  export const importing = () => sep + all.sep
  export class A { async method(a: number) { return a } }`

function compiled(
  target: ts.ScriptTarget,
  importHelpers = false,
): Record<string, AnyFunction> & { A: { prototype: { method: AnyFunction } } } {
  const module = ts.ModuleKind.CommonJS
  const { outputText } = ts.transpileModule(text, { compilerOptions: { target, module, importHelpers } })
  const exports = {}
  const evaluate = runInThisContext(`(function (exports, require) { ${outputText}\n})`) as (
    exports: object,
    require: unknown,
  ) => void
  evaluate(exports, (name: string) => (name === 'tslib' ? {} : process.getBuiltinModule(name)))
  return exports as never
}

test('what TypeScript compiles for ES2022 is accepted, its imports are refused as such', () => {
  const { plain, importing, A } = compiled(ts.ScriptTarget.ES2022)
  analyse(plain as AnyFunction)
  analyse(A.prototype.method)
  assert.match(refusal(importing as AnyFunction).message, /`node_path_1`.* is an import of your file/)
})

test('what TypeScript compiles for older targets is refused with the advice to raise it', () => {
  const old = [compiled(ts.ScriptTarget.ES2016), compiled(ts.ScriptTarget.ES2016, true), compiled(ts.ScriptTarget.ES5)]
  for (const { plain, A } of old) {
    assert.match(
      refusal(plain as AnyFunction).message,
      /`(__awaiter|tslib_1)`.* is a helper of your compiler's: raise its target to ES2022/,
    )
    assert.match(refusal(A.prototype.method).message, /`(__awaiter|tslib_1)`.* raise its target/)
  }
})
