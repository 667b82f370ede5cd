// `npm run check`: the checks alone; with --fix, formats what can be formatted first.
import { join } from 'node:path'
import { runChecks } from './checks.mjs'

process.chdir(join(import.meta.dirname, '..'))
process.exitCode = runChecks({ fix: process.argv.includes('--fix') }).length > 0 ? 1 : 0
