// Makes dist/worker/main.js one file with the modules that it imports: every worker of isolation 'exec' starts with it, and Node
// takes longer to resolve and link twenty modules than to run them.
import { join } from 'node:path'
import { build } from 'esbuild'

const entry = join(import.meta.dirname, '../dist/worker/main.js')

await build({
  entryPoints: [entry],
  outfile: entry,
  allowOverwrite: true,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  charset: 'utf8',
  legalComments: 'none',
  external: ['../native.js'], // it finds the addon by the place where it lies
  logLevel: 'warning',
})
