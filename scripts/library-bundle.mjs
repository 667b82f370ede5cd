// Makes dist/stint.js, which is what `import 'stint'` loads: the modules of dist/index.js in one file, since Node takes longer to resolve
// and link eighty modules than to run them, and a host's first call waits for that.
import { join } from 'node:path'
import { build } from 'esbuild'
import { ownPlace } from './own-place.mjs'

const dist = join(import.meta.dirname, '../dist')

/** Files that stay: what finds the addon by the place where it lies, and classes that are told by identity. */
const apart = {
  name: 'apart',
  setup(build) {
    build.onResolve({ filter: /\/(native|errors)\.js$/ }, ({ path, resolveDir }) => {
      const file = join(resolveDir, path)
      return [join(dist, 'native.js'), join(dist, 'errors.js')].includes(file)
        ? { path: file.replace(dist, '.'), external: true }
        : undefined
    })
  },
}

await build({
  entryPoints: [join(dist, 'index.js')],
  outfile: join(dist, 'stint.js'),
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  charset: 'utf8',
  legalComments: 'none',
  define: { 'import.meta.url': '__place' },
  banner: { js: 'const __here = import.meta.url; const __placeOf = (path) => new URL(path, __here).href' },
  plugins: [apart, ownPlace(dist)],
  logLevel: 'warning',
})
