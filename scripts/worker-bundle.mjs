// Makes dist/worker/main.js one file with the modules that it imports: every worker of isolation 'exec' starts with it.
import { join } from 'node:path'
import { bundleModule } from './module-bundle.mjs'

const entry = join(import.meta.dirname, '../dist/worker/main.js')

await bundleModule(entry, entry, {
  allowOverwrite: true,
  external: ['../native.js'], // it finds the addon by the place where it lies
})
