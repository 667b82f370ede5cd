// Makes the `stint` command of dist/cli/, with its libraries, since reading one file costs a fraction of what resolving a hundred
// modules does: dist/cli.cjs is what the usual `stint run` needs, dist/cli-more.cjs everything that is loaded when it is asked for
// (compiling what is not used would cost most of Node's own start-up). And the man page.
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { ownPlace } from './own-place.mjs'

const dist = join(import.meta.dirname, '../dist')

/** Loaded by import() from what is in dist/cli.cjs; no two of them export the same name. */
const more = ['capture', 'monitor', 'parse-line', 'reports']

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
      contents: `const bindings = ${bindings}\nexports.createRequire = () => (id) => id === 'bindings' ? bindings : __require(id)`,
      resolveDir: dist,
    }))
  },
}

// Builtins that Node has not loaded by itself: each is loaded when something of it is first used, most of them while the job is under
// way already, or never. (commander would start programs for subcommands that are files of their own.)
const late = /^node:(child_process|diagnostics_channel|os|timers\/promises|util)$/

const lateBuiltins = {
  name: 'late-builtins',
  setup(build) {
    build.onResolve({ filter: late }, ({ path }) => ({ path, namespace: 'late' }))
    // What esbuild makes of an import copies the module's own names, and keeps its prototype: names of that are asked for when used.
    build.onLoad({ filter: late, namespace: 'late' }, ({ path }) => ({
      contents: `module.exports = Object.create(new Proxy({}, { get: (_, name) => __require('${path}')[name] }))`,
    }))
  },
}

const moreInOtherFile = {
  name: 'more-in-other-file',
  setup(build) {
    build.onResolve({ filter: /^\.\// }, ({ kind, path }) =>
      kind === 'dynamic-import' && more.includes(path.slice(2, -3)) ? { path: './cli-more.cjs', external: true } : undefined,
    )
  },
}

const place =
  "const __require = require; const __placeOf = (path) => require('node:url').pathToFileURL(require('node:path').join(__dirname, path)).href"
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

await build({
  ...settings,
  entryPoints: [join(dist, 'cli/main.js')],
  outfile: join(dist, 'cli.cjs'),
  plugins: [moreInOtherFile, lateBuiltins, ownPlace(dist), ownRequire],
  banner: { js: `#!/usr/bin/env node\n${place}` },
})
chmodSync(join(dist, 'cli.cjs'), 0o755)

await build({
  ...settings,
  stdin: { contents: more.map((name) => `export * from './cli/${name}.js'`).join('\n'), resolveDir: dist },
  outfile: join(dist, 'cli-more.cjs'),
  plugins: [lateBuiltins, ownPlace(dist), ownRequire],
  banner: { js: place },
})

// The man page says what the parser knows.
const [{ makeProgram }, { manPage }, { version }] = await Promise.all(
  ['program', 'man', 'version'].map((name) => import(join(dist, `cli/${name}.js`))),
)
writeFileSync(join(dist, 'stint.1'), manPage(makeProgram(), version()))
