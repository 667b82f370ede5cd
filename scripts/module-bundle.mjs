// One ES module of many: Node takes longer to resolve and link a file for each module than to run them.
import { build } from 'esbuild'

/** Bundles the module `entry` into `outfile`. @param more settings of esbuild's that this bundle alone has */
export async function bundleModule(entry, outfile, more) {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    ...more,
  })
}
