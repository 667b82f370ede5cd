// Makes dist/cli.cjs of dist/cli/main.js: the command line with its libraries and the part of the library it uses, in one CommonJS
// file, since reading one file costs a fraction of what resolving a hundred modules does.
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build } from 'esbuild'

const dist = join(import.meta.dirname, '../dist')
const outfile = join(dist, 'cli.cjs')

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

await build({
  entryPoints: [join(dist, 'cli/main.js')],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  minify: true,
  keepNames: false,
  legalComments: 'inline',
  plugins: [ownPlace, ownRequire, lazyChildProcess],
  define: { 'import.meta.url': '__place' },
  banner: {
    js: "#!/usr/bin/env node\nconst __placeOf = (path) => require('node:url').pathToFileURL(require('node:path').join(__dirname, path)).href",
  },
})
chmodSync(outfile, 0o755)

// The man page says what the parser knows.
const [{ makeProgram }, { manPage }, { version }] = await Promise.all(
  ['program', 'man', 'version'].map((name) => import(join(dist, `cli/${name}.js`))),
)
writeFileSync(join(dist, 'stint.1'), manPage(makeProgram(), version()))
