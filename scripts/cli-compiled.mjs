// Keeps the compiled code of `stint run` for the Node that runs this script: all that a run has used (lib/cli/compiled.ts).
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { compiledFile } from '../dist/cli/compiled.js'

const dist = join(import.meta.dirname, '../dist')
const filename = join(dist, 'cli-run.cjs')
const script = new Script(readFileSync(filename, 'utf8'), { filename })

const line = 'run --memory 1GB --cpu-time 10s --wall-time 10s -- true'
process.argv = [process.execPath, filename, ...line.split(' ')]
process.on('exit', (code) => code === 0 && writeFileSync(compiledFile(filename), script.createCachedData()))
script.runInThisContext()(createRequire(filename), dist)
