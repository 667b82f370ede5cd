// Makes dist/stint.js, which is what `import 'stint'` loads: the modules of dist/index.js in one file, since a host's
// first call waits for eighty of them to be linked.
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { bundleModule } from './module-bundle.mjs'

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

// A file asks where it lies to find others (the worker's entry, the binaries): it must hear its own place, not the bundle's.
const ownPlace = {
  name: 'own-place',
  setup(build) {
    build.onLoad({ filter: /\/dist\/.*\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      if (!text.includes('import.meta.url')) return undefined
      return { contents: `const __place = new URL(${JSON.stringify(relative(dist, path))}, __here).href;${text}` }
    })
  },
}

await bundleModule(join(dist, 'index.js'), join(dist, 'stint.js'), {
  define: { 'import.meta.url': '__place' },
  banner: { js: 'const __here = import.meta.url' },
  plugins: [apart, ownPlace],
})
