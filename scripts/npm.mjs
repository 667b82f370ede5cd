// Calls npm: the one that called us, wherever it lies; else the one in PATH.
import { run } from './command.mjs'

/** Ends the script with npm's own errors where it fails. */
export function npm(args) {
  const cli = process.env.npm_execpath ?? ''
  if (/\bnpm-cli\.js$/.test(cli)) run(process.execPath, [cli, ...args])
  else run('npm', args)
}
