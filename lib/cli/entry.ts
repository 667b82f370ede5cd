// What the shell starts: runs the command line (lib/cli/main.ts, as scripts/cli-bundle.mjs made one script of it).
import { readFileSync } from 'node:fs'
import { Script } from 'node:vm'
import { compiledCode } from './compiled.js'

const filename = `${__dirname}/cli-run.cjs`
const script = new Script(readFileSync(filename, 'utf8'), { filename, cachedData: compiledCode(filename) })
script.runInThisContext()(require, __dirname)
