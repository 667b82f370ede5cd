// Who may import whom, as tables (docs/design.md, "Layout"). A call takes its way through the stages in one direction, and only
// the files that join them see more than one: whoever reads a stage needs to know its own folder and the types before it.
import { readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { filesBelow } from './step.mjs'

/** Shared by all: plain types, errors and the like, which start and hold nothing. */
const shared = ['types', 'errors', 'json-safe', 'template-flags', 'when-aborted']

/**
 * Each area of lib/ (a folder, or a file without its extension): what it may use, and of what it may use the types alone.
 * Its own folder and what is shared are always allowed; '*' is everything.
 */
const areas = {
  options: { types: ['transport'] },
  plan: { types: ['options', 'native'] },
  launch: { uses: ['native', 'transport'], types: ['options', 'plan', 'template'] },
  supervise: { uses: ['native', 'transport'], types: ['options', 'plan', 'launch', 'verdict'] },
  // Of the plan, a verdict uses the names of steps and signals.
  verdict: { uses: ['plan'], types: ['native', 'options', 'plan', 'launch', 'supervise', 'transport'] },
  queue: { types: ['options', 'launch'] },
  source: { types: ['options'] },
  transport: { types: ['native'] },
  doctor: { uses: ['native', 'plan', 'launch'], types: ['options', 'supervise', 'template'] },
  // What runs in the child shares only these with the host.
  worker: { uses: ['native', 'transport'] },
  // The other launcher: it gives the same seats, and boots its template as an exec'ed worker.
  template: { uses: ['native', 'transport', 'worker', 'launch'] },
  // Pure JavaScript without the addon, so that a second copy or a bundle of it works in a worker.
  'worker.ts': { types: ['worker'] },
  native: {},
  types: {},
  errors: {},
  'json-safe': {},
  'template-flags': {},
  'when-aborted': {},
  // The files that join the stages.
  api: { uses: ['*'] },
  run: { uses: ['*'] },
  'run-command': { uses: ['*'] },
  index: { uses: ['*'] },
  cli: { uses: ['*'] },
}

/** Folders of native/ that are linked into the keeper executable, too: nothing of Node may come in. */
const withoutNode = ['native/keep/', 'native/support/', 'native/keeper_main.cc']
const forNode = /\/(napi|uv)_[^/]*$/ // files beside them that native/sources.cjs leaves out of the keeper
const nodeHeaders = /^#include [<"](napi|node_api|js_native_api|uv|v8|node|([\w]+\/)?(napi|uv)_\w+)\.h[>"]/m

/** Any way to load an addon; lib/native.ts alone does. */
const loadsAddon = /process\.dlopen|require\((['"])bindings\1\)|\.node['"`]/

/** @returns one sentence for each import below `root` that the tables do not allow */
export function layerProblems(root) {
  const files = filesBelow(join(root, 'lib')).filter((path) => path.endsWith('.ts'))
  return [...files.flatMap((path) => problemsOfFile(root, path)), ...nativeProblems(root)]
}

function problemsOfFile(root, path) {
  const from = relative(join(root, 'lib'), path)
  const text = readFileSync(path, 'utf8')
  const problems = []
  if (from !== 'native.ts' && loadsAddon.test(text)) problems.push(`lib/${from} loads the addon; only lib/native.ts does`)
  const rules = rulesOf(from)
  if (!rules) return [...problems, `lib/${from} belongs to no area; add it to the table in scripts/layer-rules.mjs`]
  for (const found of importsOf(text)) {
    const to = normalize(join(dirname(from), found.path))
    if (!isAllowed(rules, { from: areaOf(from), to: areaOf(to), typesOnly: found.typesOnly })) {
      problems.push(`lib/${from} may not import ${found.typesOnly ? 'types' : 'values'} of lib/${to}`)
    }
  }
  return problems
}

function rulesOf(from) {
  return areas[from] ?? areas[areaOf(from)]
}

/** The folder right below lib/, or the name of a file that lies there. */
function areaOf(path) {
  return path.includes('/') ? path.split('/')[0] : path.replace(/\.(js|ts)$/, '')
}

function isAllowed({ uses = [], types = [] }, { from, to, typesOnly }) {
  const isOwn = from === to
  const allowed = [...shared, ...uses, ...(typesOnly ? types : [])]
  return isOwn || allowed.includes('*') || allowed.includes(to)
}

/** The relative imports and re-exports of a TypeScript file, those by import() included. */
function importsOf(text) {
  const code = text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
  const statements = [...code.matchAll(/^(?:import|export)\b([^'"();=]*?)\bfrom\s+['"](\.[^'"]+)['"]/gm)]
  const calls = [...code.matchAll(/\bimport\(\s*['"](\.[^'"]+)['"]\s*\)|^import\s+['"](\.[^'"]+)['"]/gm)]
  return [
    ...statements.map(([, names, path]) => ({ path, typesOnly: namesOnlyTypes(names) })),
    ...calls.map(([, dynamic, bare]) => ({ path: dynamic ?? bare, typesOnly: false })),
  ]
}

/** True for `type { A }` and for `{ type A, type B }`. */
function namesOnlyTypes(names) {
  if (/^\s+type\s/.test(names)) return true
  const braces = /\{([^}]*)\}/.exec(names)
  const listed = braces?.[1].split(',').filter((name) => name.trim() !== '') ?? []
  return listed.length > 0 && listed.every((name) => /^\s*type\s/.test(name))
}

function nativeProblems(root) {
  const files = filesBelow(join(root, 'native')).map((path) => relative(root, path))
  const inKeeper = files.filter((path) => withoutNode.some((part) => path.startsWith(part)) && !forNode.test(path))
  const wrong = inKeeper.filter((path) => nodeHeaders.test(readFileSync(join(root, path), 'utf8')))
  return wrong.map((path) => `${path} includes a header of Node, but is linked into the keeper executable`)
}
