// Compilers, test runners and coverage tools rewrite functions; by the shape of a name that is missing we know who did, and what
// helps. The first row that matches counts.

interface Shape {
  readonly test: RegExp
  /** Continues the sentence '`x` ...'. */
  readonly says: string
}

const compilerHelpers =
  /^(?:tslib(?:_\d+)?|__(?:awaiter|generator|async|await|assign|rest|spread|spreadArrays?|read|values|extends|decorate|metadata|param|esDecorate|runInitializers|setFunctionName|propKey|importStar|importDefault|createBinding|exportStar|classPrivateField(?:Get|Set|In)|asyncGenerator|asyncDelegator|asyncValues|forAwait|yieldStar|makeTemplateObject|addDisposableResource|disposeResources|rewriteRelativeImportExtension|using|callDispose|publicField|privateGet|privateSet|privateAdd|privateMethod|objRest|spreadValues|spreadProps|template|toESM|toCommonJS|commonJS|esm|export|pow|defNormalProp)|_(?:async_?to_?generator|object_?spread(?:_?props|2)?|object_?without_?properties(?:_?loose)?|define_?property|class_?call_?check|create_?class|call_?super|inherits|get_?prototype_?of|set_?prototype_?of|possible_?constructor_?return|to_?consumable_?array|sliced_?to_?array|to_?array|ts_?(?:generator|decorate|rewrite_relative_import_extension)|regenerator(?:_?runtime|_?values|_?define)?|await_?async_?generator|wrap_?async_?generator|async_?iterator|async_?generator_?delegate|interop_?require_?(?:default|wildcard)|tagged_?template_?literal|type_?of|instanceof|class_?private_?\w+|extends|get|set|using(?:_?ctx)?|create_?for_?of_?iterator_?helper)|regeneratorRuntime|_ref\d*|_callee\d*|_excluded\d*)$/i

const shapes: readonly Shape[] = [
  { test: compilerHelpers, says: "is a helper of your compiler's: raise its target to ES2022" },
  { test: /^__vi(?:te_ssr)?_(?:import|export)/, says: 'is an import of your file, as vite or vitest rewrites it' },
  { test: /^import_./, says: 'is an import of your file, as esbuild compiles it' },
  { test: /_\d+$/, says: 'is an import of your file, as TypeScript compiles it' },
  { test: /^_[a-z]\w*$/, says: 'is probably an import of your file, as SWC or Babel compile it' },
  { test: /^(?:cov_\w+|__coverage__)$/, says: 'counts coverage for istanbul: use V8 coverage' },
  { test: /^(?:__dirname|__filename|module|exports)$/, says: 'belongs to your file: pass it as an argument' },
  { test: /^arguments$/, says: 'belongs to the function around it: name its parameters' },
  { test: /^[A-Za-z_$]$/, says: 'is one letter, so the code is probably minified: keep this file out of that' },
]

/** True for what a compiler or a tool put there: its name explains the others. */
export function isTelling(name: string): boolean {
  return shapes.some(({ test }) => test.test(name))
}

/** What is known of a free variable, to follow its name: 'is an import of your file ...'. */
export function describeVariable(name: string): string {
  const shape = shapes.find(({ test }) => test.test(name))
  return shape?.says ?? 'is defined outside of it: pass it as an argument, or define it inside'
}

/** The same for what belongs to the place where the function was written. */
export function describePlace(place: string): string {
  if (place === 'this') return 'has no value in it'
  if (place === 'import.meta') return 'belongs to your file: pass what you need of it as an argument'
  if (place === 'super') return 'belongs to the object or class around it'
  return place === 'new.target' ? 'belongs to the function around it' : 'is private to the class around it'
}
