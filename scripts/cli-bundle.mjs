// Makes the `stint` command of dist/cli/, with its libraries, since reading one file costs a fraction of what resolving a hundred
// modules does: dist/cli.cjs is what `stint run` needs, dist/cli-more.cjs everything that is loaded when it is asked for (compiling
// what is not used would cost most of Node's own start-up). And the man page.
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build } from 'esbuild'

const dist = join(import.meta.dirname, '../dist')

/** Loaded by import() in lib/cli/; no two of them export the same name. */
const more = ['call', 'capture', 'completions', 'doctor', 'measure', 'monitor', 'reports', 'plot/chart', 'plot/draw-run']

// A file asks where it lies to find others (the worker's entry, the binaries): it must hear its own place, not the bundle's.
const ownPlace = {
  name: 'own-place',
  setup(build) {
    build.onLoad({ filter: /\/dist\/.*\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      if (!text.includes('import.meta.url')) return undefined
      return { contents: `const __place = __placeOf(${JSON.stringify(relative(dist, path))});${text}` }
    })
  },
}

// A CommonJS file has a `require` of its own; node:module would load the ES module loader.
const ownRequire = {
  name: 'own-require',
  setup(build) {
    build.onResolve({ filter: /^node:module$/ }, () => ({ path: 'module', namespace: 'own' }))
    build.onLoad({ filter: /.*/, namespace: 'own' }, () => ({ contents: 'exports.createRequire = () => require' }))
  },
}

// commander starts programs for subcommands that are files of their own; ours are not, so what it needs for that waits for ever.
const lazyChildProcess = {
  name: 'lazy-child-process',
  setup(build) {
    build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('/commander/') ? { path: 'child_process', namespace: 'lazy' } : undefined,
    )
    build.onLoad({ filter: /.*/, namespace: 'lazy' }, () => ({
      contents: "exports.spawn = (...args) => require('node:child_process').spawn(...args)",
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

const place = "const __placeOf = (path) => require('node:url').pathToFileURL(require('node:path').join(__dirname, path)).href"
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
  plugins: [moreInOtherFile, ownPlace, ownRequire, lazyChildProcess],
  banner: { js: `#!/usr/bin/env node\n${place}` },
})
chmodSync(join(dist, 'cli.cjs'), 0o755)

await build({
  ...settings,
  stdin: { contents: more.map((name) => `export * from './cli/${name}.js'`).join('\n'), resolveDir: dist },
  outfile: join(dist, 'cli-more.cjs'),
  plugins: [ownPlace, ownRequire],
  banner: { js: place },
})

// The man page says what the parser knows.
const [{ makeProgram }, { manPage }, { version }] = await Promise.all(
  ['program', 'man', 'version'].map((name) => import(join(dist, `cli/${name}.js`))),
)
writeFileSync(join(dist, 'stint.1'), manPage(makeProgram(), version()))
