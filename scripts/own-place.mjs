// For esbuild: a file asks where it lies to find others (the worker's entry, the binaries), and must hear its own place, not the
// bundle's. The bundle defines `import.meta.url` as `__place`, and has a `__placeOf(path below dist)`.
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

export const ownPlace = (dist) => ({
  name: 'own-place',
  setup(build) {
    build.onLoad({ filter: /\/dist\/.*\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      if (!text.includes('import.meta.url')) return undefined
      return { contents: `const __place = __placeOf(${JSON.stringify(relative(dist, path))});${text}` }
    })
  },
})
