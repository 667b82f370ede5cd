// Sizes and names (docs/design.md, "House style"). Biome measures the functions of TypeScript; those of C++ are measured here,
// on the layout that clang-format gives them.
import { existsSync, readFileSync } from 'node:fs'
import { basename, extname, join, relative } from 'node:path'
import { filesBelow } from './step.mjs'

const lines = { warn: 250, fail: 400 }
const functionLines = 80
const sources = ['lib', 'native', 'scripts', 'test', 'examples']

/** Files over the limit, each with the reason why it is not cut. */
const longFiles = {}

/** Functions over the limit, by file and first line. */
const longFunctions = {}

const names = {
  '.ts': { style: 'kebab-case', pattern: /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|d))?\.ts$/ },
  '.mjs': { style: 'kebab-case', pattern: /^[a-z0-9]+(-[a-z0-9]+)*\.mjs$/ },
  '.cc': { style: 'snake_case', pattern: /^[a-z0-9]+(_[a-z0-9]+)*\.cc$/ },
  '.h': { style: 'snake_case', pattern: /^[a-z0-9]+(_[a-z0-9]+)*\.h$/ },
}

/** Names that say nothing about what is inside. */
const emptyNames = /^(utils?|common|helpers?|managers?|misc|stuff|shared)$/

/** @returns problems, which fail the check, and warnings, which do not */
export function houseProblems(root) {
  const paths = sources.flatMap((folder) => filesBelow(join(root, folder))).map((path) => relative(root, path))
  const checked = paths.filter((path) => extname(path) in names && !path.includes('/build/') && !path.includes('node_modules/'))
  const files = checked.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
  return {
    problems: [...files.flatMap((file) => [...nameProblems(file), ...sizeProblems(file)]), ...staleReasons(root)],
    warnings: files.flatMap(sizeWarnings),
  }
}

function nameProblems({ path }) {
  const { style, pattern } = names[extname(path)]
  const problems = pattern.test(basename(path)) ? [] : [`${path} is not named in ${style}`]
  const words = path.split('/').map((part) => part.split('.')[0])
  const empty = words.filter((word) => emptyNames.test(word))
  return [...problems, ...empty.map((word) => `${path}: the name "${word}" does not say what is inside`)]
}

function sizeProblems({ path, text }) {
  const length = lengthOf(text)
  const problems = []
  if (length > lines.fail && !longFiles[path]) problems.push(`${path} has ${length} lines, ${lines.fail} at most`)
  if (!/\.(cc|h)$/.test(path)) return problems
  for (const found of nativeFunctions(text)) {
    if (found.length <= functionLines || longFunctions[`${path}: ${found.head}`]) continue
    problems.push(`${path}:${found.line} is a function of ${found.length} lines, ${functionLines} at most: ${found.head}`)
  }
  return problems
}

function sizeWarnings({ path, text }) {
  const length = lengthOf(text)
  return length > lines.warn && length <= lines.fail ? [`${path} has ${length} lines, better ${lines.warn} at most`] : []
}

function lengthOf(text) {
  return text.trimEnd().split('\n').length
}

/** A block that a line ending in `) {` or the like opens, and a brace at the same depth closes. */
function nativeFunctions(text) {
  const all = text.split('\n')
  const opens = /^( *)(?!namespace|class|struct|union|enum|extern|if|for|while|switch|else|do\b)[^ /#].*\)[^()]*\{$/
  return all.flatMap((line, index) => {
    const match = opens.exec(line)
    if (!match) return []
    const end = all.findIndex((other, at) => at > index && other.startsWith(`${match[1]}}`))
    return end < 0 ? [] : [{ head: line.trim(), line: index + 1, length: end - index + 1 }]
  })
}

/** A reason must not outlive its file. */
function staleReasons(root) {
  const paths = [...Object.keys(longFiles), ...Object.keys(longFunctions).map((key) => key.split(':')[0])]
  return paths
    .filter((path) => !existsSync(join(root, path)) && root === process.cwd())
    .map((path) => `${path} is listed as long, but gone`)
}
