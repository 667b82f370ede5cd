// Checks the layers and the house rules of this tree, or of the one whose path is given.
import { join, resolve } from 'node:path'
import { houseProblems } from './house-rules.mjs'
import { layerProblems } from './layer-rules.mjs'

const root = resolve(process.argv[2] ?? join(import.meta.dirname, '..'))
const house = houseProblems(root)
const problems = [...layerProblems(root), ...house.problems]
for (const warning of house.warnings) console.log(`note: ${warning}`)
for (const problem of problems) console.error(`error: ${problem}`)
process.exitCode = problems.length > 0 ? 1 : 0
