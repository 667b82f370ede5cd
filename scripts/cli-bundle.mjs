// Makes the `stint` command of dist/cli/, with its libraries, since reading one file costs a fraction of what resolving a hundred
// modules does: dist/cli.cjs starts dist/cli-run.cjs, which is what the usual `stint run` needs; dist/cli-more.cjs is everything that is
// loaded when it is asked for (compiling what is not used would cost most of Node's own start-up). And the man page.
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { build } from 'esbuild'

const dist = join(import.meta.dirname, '../dist')

/** Loaded by import() from what is in dist/cli-run.cjs; no two of them export the same name. */
const more = ['capture', 'monitor', 'parse-line', 'reports']

/** What dist/cli-run.cjs imports and most runs never use: taken from dist/cli-more.cjs when something of it is first used. */
const rare = ['cli/process-tree', 'cli/profiles', 'json-safe', 'launch/left-behind', 'options/nearest']

// A file asks where it lies to find others (the worker's entry, the binaries): it must hear its own place, not the bundle's. As a
// path where one is wanted: Node takes half a millisecond to make its first URL.
const ownPaths = {
  name: 'own-paths',
  setup(build) {
    build.onLoad({ filter: /\/dist\/.*\.js$/ }, ({ path }) => {
      const pathOf = (to) => `require('node:path').join(__dirname, ${JSON.stringify(relative(dist, to))})`
      const text = readFileSync(path, 'utf8')
        .replace(/fileURLToPath\(new URL\('([^']+)', import\.meta\.url\)\)/g, (_, to) => pathOf(join(dirname(path), to)))
        .replace(/createRequire\(import\.meta\.url\)/g, 'createRequire(__dirname)')
      const place = `const __place = require('node:url').pathToFileURL(${pathOf(path)}).href;`
      return { contents: text.includes('import.meta.url') ? place + text : text }
    })
  },
}

// A CommonJS file has a `require` of its own; node:module would load the ES module loader. `bindings` is asked for one known path at a
// time: what it would do, without its search, and without the module loader's.
const bindings = `({ module_root, try: [parts] }) => {
  const file = require('node:path').join(module_root, ...parts.slice(1))
  if (!require('node:fs').existsSync(file)) throw Object.assign(new Error('not there'), { tries: [file] })
  const module = { exports: {} }
  process.dlopen(module, file)
  return module.exports
}`
const ownRequire = {
  name: 'own-require',
  setup(build) {
    build.onResolve({ filter: /^node:module$/ }, () => ({ path: 'module', namespace: 'own' }))
    build.onLoad({ filter: /.*/, namespace: 'own' }, () => ({
      contents: `const bindings = ${bindings}\nexport const createRequire = () => (id) => id === 'bindings' ? bindings : __require(id)`,
      resolveDir: dist,
    }))
  },
}

// Builtins that Node has not loaded by itself: each is loaded when something of it is first used, most of them while the job is under
// way already, or never. (commander would start programs for subcommands that are files of their own.)
const late = /^node:(child_process|diagnostics_channel|os|timers\/promises|util)$/

// To what imports a builtin, esbuild would give a copy of it, name by name; that took as long as all the rest of a module.
const builtins = {
  name: 'builtins',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'import-statement' && path !== 'node:module' ? { path, namespace: 'builtin' } : undefined,
    )
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, async ({ path }) => {
      const entries = Object.entries(await import(path)).filter(([name]) => name !== 'default')
      return { contents: entries.map(([name, value]) => `export const ${name} = ${taken(path, name, value)}`).join('\n') }
    })
    build.onResolve({ filter: late }, ({ path }) => ({ path, namespace: 'late' }))
    build.onLoad({ filter: late, namespace: 'late' }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => __require('${path}')[name] })`,
    }))
  },
}

/** What stands for one name of a builtin. Marked pure: esbuild leaves out what nobody imports. */
function taken(path, name, value) {
  const it = `__require('${path}').${name}`
  if (!late.test(path)) return `/* @__PURE__ */ (() => ${it})()`
  if (typeof value === 'function') return `(...given) => ${it}(...given)`
  return `/* @__PURE__ */ new Proxy({}, { get: (_, name) => ${it}[name] })`
}

const moreInOtherFile = {
  name: 'more-in-other-file',
  setup(build) {
    build.onResolve({ filter: /^\.\// }, ({ kind, path }) =>
      kind === 'dynamic-import' && more.includes(path.slice(2, -3)) ? { path: './cli-more.cjs', external: true } : undefined,
    )
  },
}

const rareInOtherFile = {
  name: 'rare-in-other-file',
  setup(build) {
    build.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const name = relative(dist, join(resolveDir, path)).slice(0, -'.js'.length)
      return rare.includes(name) ? { path: name, namespace: 'rare' } : undefined
    })
    build.onLoad({ filter: /.*/, namespace: 'rare' }, async ({ path }) => ({
      contents: Object.keys(await import(join(dist, `${path}.js`)))
        .map((name) => `export const ${name} = (...given) => __require('./cli-more.cjs').${name}(...given)`)
        .join('\n'),
    }))
  },
}

const ownRequireName = 'const __require = require'
const settings = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  minify: true,
  legalComments: 'eof',
  define: { 'import.meta.url': '__place' },
  supported: { 'dynamic-import': false }, // require() is quicker
}

for (const name of readdirSync(dist)) if (name.startsWith('cli-run.cjs.')) rmSync(join(dist, name)) // compiled from another text

await build({
  ...settings,
  entryPoints: [join(dist, 'cli/entry.js')],
  outfile: join(dist, 'cli.cjs'),
  plugins: [builtins],
  banner: { js: `#!/usr/bin/env node\n${ownRequireName}` },
})
chmodSync(join(dist, 'cli.cjs'), 0o755)

await build({
  ...settings,
  entryPoints: [join(dist, 'cli/main.js')],
  outfile: join(dist, 'cli-run.cjs'),
  plugins: [moreInOtherFile, rareInOtherFile, builtins, ownPaths, ownRequire],
  // A function, as a script: V8 gives and takes compiled code of those.
  banner: { js: `(function (require, __dirname) { ${ownRequireName}` },
  footer: { js: '})' },
})

const elsewhere = [...more.map((name) => `cli/${name}`), ...rare]
await build({
  ...settings,
  stdin: { contents: elsewhere.map((name) => `export * from './${name}.js'`).join('\n'), resolveDir: dist },
  outfile: join(dist, 'cli-more.cjs'),
  plugins: [builtins, ownPaths, ownRequire],
  banner: { js: ownRequireName },
})

// The man page says what the parser knows.
const [{ makeProgram }, { manPage }, { version }] = await Promise.all(
  ['program', 'man', 'version'].map((name) => import(join(dist, `cli/${name}.js`))),
)
writeFileSync(join(dist, 'stint.1'), manPage(makeProgram(), version()))
